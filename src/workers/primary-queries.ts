import type { DecisionQueries } from '../decisions/queries/decision-queries.js';
import type { ToWorker } from './words.js';

/** The primary's side of queries about decisions. */
export function answerQueries(worker: ToWorker, queries: DecisionQueries): void {
  worker.onAsked('overview', ({ range, user }) => queries.overview(range, user));
  worker.onAsked('refusals', ({ filter, asked }) => queries.refusals(filter, asked));
  worker.onAsked('requests', ({ filter, cursor, most }) => queries.requests(filter, cursor, most));
  worker.onAsked('decision-named', (id) => queries.decision(id));
  worker.onAsked('file-history', (file) => queries.history(file));
  worker.onAsked('refused-files', (shortId) => queries.refusedFiles(shortId));
  worker.onAsked('used-projects', () => queries.usedProjects());
}
