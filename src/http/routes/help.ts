import { rulesSaid } from '../../dashboard/rules-said.js';
import { Failure } from '../../domain/failure.js';
import { findingsPage } from '../../ui/findings-page.js';
import { helpPage } from '../../ui/help-page.js';
import type { Handler } from '../asked.js';
import { baseUrlReader } from '../base-url.js';
import { pageHandler } from '../html.js';
import { pathSegments } from '../path.js';
import type { HttpSettings, Services } from '../services.js';

/**
 * `GET /help`: client configuration and the parts of a refusal; `GET /help/findings`: the description of each finding.
 */
export function helpRoute(services: Services, settings: HttpSettings): Handler {
  const { publicUrl, contact, dashboard } = settings;
  const baseUrl = baseUrlReader(settings);
  const asksForTokens = services.authenticate !== undefined;
  // If the dashboard has a separate port, its address differs from the packages' address.
  const canTell = publicUrl !== undefined || !dashboard.ownPort || !dashboard.isWhole;
  return pageHandler(services, settings, async (req, urlOf) => {
    const [, topic = '', ...rest] = pathSegments(req.url ?? '') ?? [];
    if (topic === '' && rest.length === 0) {
      const server = canTell ? baseUrl(req) : '';
      const { rules } = await services.policyReports.report(false);
      return helpPage({ server, contact, asksForTokens, rules: rulesSaid(rules) }, urlOf);
    }
    if (topic === 'findings' && rest.length === 0) return findingsPage();
    throw new Failure('not-found', 'No such page.');
  });
}
