import type { Learnt, News } from '../fleet/news.js';
import type { ToPrimary } from './words.js';

/** A worker's side of the news: the primary forwards them to all others. */
export class WorkerNews implements News {
  readonly #primary: ToPrimary;
  readonly #listeners: ((learnt: Learnt) => void)[] = [];

  constructor(primary: ToPrimary) {
    this.#primary = primary;
    primary.onTold('learnt', (learnt) => {
      for (const listener of this.#listeners) listener(learnt);
    });
  }

  tell(learnt: Learnt): void {
    this.#primary.tell('learnt', learnt);
  }

  onTold(listener: (learnt: Learnt) => void): void {
    this.#listeners.push(listener);
  }
}
