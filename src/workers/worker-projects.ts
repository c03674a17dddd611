import type { SeenBytes } from '../domain/integrity.js';
import type { ProjectName } from '../domain/project-name.js';
import type { Learnt } from '../fleet/news.js';
import type {
  FetchedPage,
  MeetingAnswer,
  MeetingAsked,
  SharedProjects,
} from '../fleet/shared-projects.js';
import type { ToPrimary } from './words.js';

/** A worker's side of the replicas' knowledge of projects: the primary queries them. */
export class WorkerProjects implements SharedProjects {
  readonly #primary: ToPrimary;

  constructor(primary: ToPrimary) {
    this.#primary = primary;
  }

  meet(asked: MeetingAsked): Promise<MeetingAnswer | undefined> {
    return this.#primary.ask('meet', asked).catch(() => undefined);
  }

  end(project: ProjectName, turn: string, page: FetchedPage | undefined): void {
    this.#primary.tell('met', { project, turn, page });
  }

  gone(project: ProjectName, upstream: string): void {
    this.#primary.tell('page-gone', { project, upstream });
  }

  pin(upstream: string, project: ProjectName, seen: SeenBytes): Promise<SeenBytes | undefined> {
    return this.#primary.ask('pin', { upstream, project, seen }).catch(() => undefined);
  }

  giveBack(learnt: readonly Learnt[]): void {
    this.#primary.tell('give-back', learnt);
  }
}
