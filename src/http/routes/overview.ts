import type { IncomingMessage } from 'node:http';
import { type OverviewRange, overviewFor, RANGES } from '../../dashboard/overview.js';
import { overviewPage } from '../../ui/overview-page.js';
import type { Handler } from '../asked.js';
import { readerOf } from '../dashboard-reader.js';
import { pageHandler } from '../html.js';
import { sendJson } from '../json.js';
import { oneOf, parameterOf } from '../parameters.js';
import { queryOf } from '../query.js';
import type { HttpSettings, Services } from '../services.js';

/** `GET /?range=24h|7d|30d`: the overview page. */
export function overviewRoute(services: Services, settings: HttpSettings): Handler {
  return pageHandler(services, settings, async (req, urlOf) => {
    const reader = readerOf(req, settings);
    return overviewPage(await overviewFor(services, rangeOf(req), reader), reader, urlOf);
  });
}

/** `GET /api/v1/overview?range=24h|7d|30d`: the same for programs. */
export function overviewApiRoute(services: Services, settings: HttpSettings): Handler {
  return async (req, res) =>
    sendJson(res, 200, await overviewFor(services, rangeOf(req), readerOf(req, settings)));
}

/** @throws {Failure} bad-request */
function rangeOf(req: IncomingMessage): OverviewRange {
  return parameterOf(queryOf(req.url ?? ''), 'range', oneOf(RANGES)) ?? RANGES[0];
}
