import type { Learnt, News } from '../fleet/news.js';
import type { Member } from './members.js';

/** What is told on one machine: a worker's news go to the other workers, to the primary itself, and to those above. */
export class PrimaryNews implements News {
  readonly #above: News;
  readonly #members: () => readonly Member[];
  readonly #listeners: ((learnt: Learnt) => void)[] = [];

  constructor(above: News, members: () => readonly Member[]) {
    this.#above = above;
    this.#members = members;
    above.onTold((learnt) => this.#hear(learnt));
  }

  /** Listens to one worker. */
  attend(member: Member): void {
    member.channel.onTold('learnt', (learnt) => {
      this.#hear(learnt, member);
      this.#above.tell(learnt);
    });
  }

  tell(learnt: Learnt): void {
    this.#tellWorkers(learnt);
    this.#above.tell(learnt);
  }

  onTold(listener: (learnt: Learnt) => void): void {
    this.#listeners.push(listener);
  }

  #hear(learnt: Learnt, from?: Member): void {
    for (const listener of this.#listeners) listener(learnt);
    this.#tellWorkers(learnt, from);
  }

  #tellWorkers(learnt: Learnt, except?: Member): void {
    for (const member of this.#members())
      if (member !== except) member.channel.tell('learnt', learnt);
  }
}
