import type { DecisionQueries } from '../decisions/queries/decision-queries.js';
import type { ToPrimary } from './words.js';

/** A worker's side of queries about decisions: the primary has their log and its roll-up. */
export function createWorkerQueries(primary: ToPrimary): DecisionQueries {
  return {
    overview: (range, user) => primary.ask('overview', { range, user }),
    refusals: (filter, asked) => primary.ask('refusals', { filter, asked }),
    requests: (filter, cursor, most) => primary.ask('requests', { filter, cursor, most }),
    decision: (id) => primary.ask('decision-named', id),
    history: (asked) => primary.ask('file-history', asked),
    refusedFiles: (shortId) => primary.ask('refused-files', shortId),
    usedProjects: () => primary.ask('used-projects', undefined),
  };
}
