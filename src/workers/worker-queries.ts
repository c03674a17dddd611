import type { DecisionQueries } from '../decisions/queries/decision-queries.js';
import type { ToPrimary } from './words.js';

/** A worker's side of what is asked of the decisions: the primary keeps their log, and what it comes to. */
export function createWorkerQueries(primary: ToPrimary): DecisionQueries {
  return {
    overview: (range) => primary.ask('overview', range),
    refusals: (filter, cursor, most) => primary.ask('refusals', { filter, cursor, most }),
    decision: (id) => primary.ask('decision-named', id),
  };
}
