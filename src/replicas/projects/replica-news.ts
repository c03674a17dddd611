import type { ProjectName } from '../../domain/project-name.js';
import type { LearntKeeper } from '../../fleet/learnt-keeper.js';
import { nameOf } from '../../fleet/learnt-name.js';
import type { Learnt, News } from '../../fleet/news.js';
import type { Errands } from '../../redis/errands.js';
import type { FactRecords } from './fact-records.js';
import type { PageWaiters } from './page-waiters.js';
import type { ProjectEvent, ProjectEvents } from './project-events.js';
import type { ReplicaFacts } from './replica-facts.js';

export interface ReplicaNewsParts {
  readonly facts: ReplicaFacts;
  readonly records: FactRecords;
  readonly events: ProjectEvents;
  readonly waiters: PageWaiters;
  readonly errands: Errands;
  /** Whether anybody here has asked for a project: of others there is nothing to be kept up to date. */
  readonly hasMet: (project: ProjectName) => boolean;
}

/** Facts between replicas: sent immediately to the present ones, and stored in Redis for later ones. */
export class ReplicaNews implements News {
  readonly #parts: ReplicaNewsParts;
  readonly #listeners: ((learnt: Learnt) => void)[] = [];
  #keeper: LearntKeeper | undefined;

  constructor(parts: ReplicaNewsParts) {
    this.#parts = parts;
    parts.events.on((event) => void this.#hear(event));
  }

  /** Keeps the others' facts here from now on. */
  keepIn(keeper: LearntKeeper): void {
    this.#keeper = keeper;
  }

  tell(learnt: Learnt): void {
    void this.#leave(learnt);
  }

  /** Tells the others of what they have forgotten, one after the other. */
  async giveBack(learnt: readonly Learnt[]): Promise<void> {
    let answers = true;
    for (const one of learnt)
      if (answers) answers = await this.#leave(one);
      else this.#parts.errands.owe(nameOf(one), () => this.#share(one));
  }

  onTold(listener: (learnt: Learnt) => void): void {
    this.#listeners.push(listener);
  }

  /** Applies the others' facts, and forwards them locally. */
  async take(project: ProjectName, learnt: readonly Learnt[]): Promise<void> {
    const news = (await this.#keeper?.take(project, learnt)) ?? [];
    for (const one of news) this.pass(one);
  }

  /** Forwards a fact to local listeners. */
  pass(learnt: Learnt): void {
    for (const listener of this.#listeners) listener(learnt);
  }

  close(): void {
    this.#parts.errands.close();
  }

  /** @returns whether Redis answers; if not, it is told once Redis does */
  #leave(learnt: Learnt): Promise<boolean> {
    return this.#parts.errands.run(nameOf(learnt), () => this.#share(learnt));
  }

  /** Rejects where Redis does not take it. */
  async #share(learnt: Learnt): Promise<void> {
    const { facts, events } = this.#parts;
    // Of pages the others are told once they can have them.
    if (learnt.kind === 'page' || learnt.kind === 'missed') return;
    const { project } = learnt;
    const isPin = learnt.kind === 'bytes' && learnt.what === 'pins';
    const record = isPin ? await facts.agree(learnt) : await facts.remember(learnt);
    if (record === undefined) return;
    if (isPin) {
      // Others may have pinned other bytes.
      const held = await this.#parts.records.read(project, record);
      if (held !== undefined) await this.take(project, [held]);
    }
    await events.send({ kind: 'learnt', project, record });
  }

  async #hear(event: ProjectEvent): Promise<void> {
    const { project } = event;
    if (event.kind === 'asked') {
      this.#parts.waiters.tell(project, event.page);
      const checkedAt = event.changedAt;
      if (checkedAt !== undefined) this.pass({ kind: 'page', project, checkedAt });
      return;
    }
    if (!this.#parts.hasMet(project)) return;
    const learnt = await this.#parts.records.read(project, event.record);
    if (learnt !== undefined) await this.take(project, [learnt]);
  }
}
