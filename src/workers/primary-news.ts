import type { Learnt, News } from '../fleet/news.js';
import type { Member } from './members.js';

/** The news of one machine: those from a worker go to the other workers, the primary and the fleet. */
export class PrimaryNews implements News {
  readonly #above: News;
  readonly #members: () => readonly Member[];
  readonly #listeners: ((learnt: Learnt) => void)[] = [];

  constructor(above: News, members: () => readonly Member[]) {
    this.#above = above;
    this.#members = members;
    above.onTold((learnt) => this.#hear(learnt));
  }

  /** Receives one worker's news. */
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
