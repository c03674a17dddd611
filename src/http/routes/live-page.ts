import { recentAfter } from '../../dashboard/live.js';
import { seenDecision } from '../../dashboard/seen-decisions.js';
import { livePage } from '../../ui/live-page.js';
import type { Handler } from '../asked.js';
import { readerOf } from '../dashboard-reader.js';
import { pageHandler } from '../html.js';
import { DECISION_ID, parameterOf } from '../parameters.js';
import { queryOf } from '../query.js';
import type { HttpSettings, Services } from '../services.js';

/** `GET /live?after=ID`: the latest decisions, or those after a given one. */
export function livePageRoute(services: Services, settings: HttpSettings): Handler {
  return pageHandler(services, settings, async (req, urlOf) => {
    const reader = readerOf(req, settings);
    const after = parameterOf(queryOf(req.url ?? ''), 'after', DECISION_ID);
    const recent = await recentAfter(services.liveDecisions, after);
    const seen = recent.flatMap((named) => seenDecision(named, reader) ?? []);
    return livePage(seen.reverse(), reader.seesIdentities, urlOf);
  });
}
