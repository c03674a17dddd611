import { Failure } from '../../domain/failure.js';
import { findingsPage } from '../../ui/findings-page.js';
import type { Handler } from '../asked.js';
import { pageHandler } from '../html.js';
import { pathSegments } from '../path.js';
import type { HttpSettings, Services } from '../services.js';

/** `GET /help/findings`. */
export function helpRoute(services: Services, settings: HttpSettings): Handler {
  return pageHandler(services, settings, (req) => {
    const [, topic, ...rest] = pathSegments(req.url ?? '') ?? [];
    if (topic === 'findings' && rest.length === 0) return findingsPage();
    throw new Failure('not-found', 'There is no such page.');
  });
}
