import { seenOverview } from '../../dashboard/seen-decisions.js';
import { RANGES } from '../../decisions/queries/decision-queries.js';
import { Failure } from '../../domain/failure.js';
import type { Handler } from '../asked.js';
import { readerOf } from '../dashboard-reader.js';
import { sendJson } from '../json.js';
import { queryOf } from '../query.js';
import type { HttpSettings, Services } from '../services.js';

/** `GET /api/v1/overview?range=24h|7d|30d`: what was refused, how often, and how the service is. */
export function overviewApiRoute(
  { decisionQueries, serviceState, health }: Services,
  settings: HttpSettings,
): Handler {
  return async (req, res) => {
    const text = queryOf(req.url ?? '').get('range') ?? RANGES[0];
    const range = RANGES.find((one) => one === text);
    if (range === undefined)
      throw new Failure('bad-request', `The range is one of ${RANGES.join(', ')}.`);
    const [overview, state] = await Promise.all([decisionQueries.overview(range), serviceState()]);
    const parts = health.report();
    sendJson(res, 200, {
      state: { ...state, ...parts },
      ...seenOverview(overview, readerOf(req, settings)),
    });
  };
}
