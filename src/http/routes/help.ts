import { RULES_SAID } from '../../dashboard/rules-said.js';
import { Failure } from '../../domain/failure.js';
import { findingsPage } from '../../ui/findings-page.js';
import { helpPage } from '../../ui/help-page.js';
import type { Handler } from '../asked.js';
import { baseUrlReader } from '../base-url.js';
import { pageHandler } from '../html.js';
import { pathSegments } from '../path.js';
import type { HttpSettings, Services } from '../services.js';

/** `GET /help`: how a client is pointed here, and what a refusal says; `GET /help/findings`: what each finding is. */
export function helpRoute(services: Services, settings: HttpSettings): Handler {
  const { publicUrl, contact, dashboard } = settings;
  const baseUrl = baseUrlReader(settings);
  const asksForTokens = services.authenticate !== undefined;
  // On a port of its own, the dashboard is asked at another address than packages are.
  const canTell = publicUrl !== undefined || !dashboard.ownPort || !dashboard.isWhole;
  return pageHandler(services, settings, (req, urlOf) => {
    const [, topic = '', ...rest] = pathSegments(req.url ?? '') ?? [];
    if (topic === '' && rest.length === 0) {
      const server = canTell ? baseUrl(req) : '';
      return helpPage({ server, contact, asksForTokens, rules: RULES_SAID }, urlOf);
    }
    if (topic === 'findings' && rest.length === 0) return findingsPage();
    throw new Failure('not-found', 'No such page.');
  });
}
