import type { SharedProjects } from '../fleet/shared-projects.js';
import type { ToWorker } from './words.js';

/** The primary's side of the workers' requests to replicas. */
export function answerProjects(worker: ToWorker, projects: SharedProjects): void {
  worker.onAsked('meet', (asked) => projects.meet(asked));
  worker.onTold('met', ({ project, turn, page }) => projects.end(project, turn, page));
  worker.onTold('page-gone', ({ project, upstream }) => projects.gone(project, upstream));
  worker.onAsked('pin', ({ upstream, project, seen }) => projects.pin(upstream, project, seen));
  worker.onTold('give-back', (learnt) => projects.giveBack(learnt));
}
