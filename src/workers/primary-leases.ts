import type { FillNews } from '../artifacts/fill-leases.js';
import type { ToWorker } from './words.js';

/** One fill under way, and who follows it. */
interface Leased {
  readonly owner: ToWorker;
  readonly followers: { readonly worker: ToWorker; readonly id: number }[];
  begun: FillNews | undefined;
  arrived: FillNews | undefined;
  over: FillNews | undefined;
}

/**
 * Keeps one fill of an artifact at a time over all workers: the first who asks does it, the others are told what
 * becomes of it. Followers read the same spool file; only how far it is goes over the line.
 */
export class PrimaryLeases {
  readonly #leases = new Map<string, Leased>();
  #next = 0;

  /** Answers one worker. */
  attend(worker: ToWorker): void {
    worker.onAsked('lease', async ({ key }) => {
      const lease = this.#leases.get(key);
      if (lease === undefined) {
        this.#leases.set(key, {
          owner: worker,
          followers: [],
          begun: undefined,
          arrived: undefined,
          over: undefined,
        });
        return { kind: 'ours' };
      }
      const id = this.#next++;
      lease.followers.push({ worker, id });
      const news = [lease.begun, lease.arrived, lease.over].filter((told) => told !== undefined);
      return { kind: 'theirs', id, news };
    });
    worker.onTold('fill-news', ({ key, news }) => {
      const lease = this.#leases.get(key);
      if (lease?.owner !== worker) return;
      if (news.kind === 'begun') lease.begun = news;
      else if (news.kind === 'arrived') lease.arrived = news;
      else lease.over = news;
      for (const follower of lease.followers)
        follower.worker.tell('fill-news', { id: follower.id, news });
    });
    worker.onTold('fill-release', ({ key }) => this.#end(key, worker, 'released'));
  }

  /** A worker is gone: what it was at is nobody's now. */
  dismiss(worker: ToWorker): void {
    for (const [key, { owner, followers }] of this.#leases) {
      const at = followers.findIndex((follower) => follower.worker === worker);
      if (at !== -1) followers.splice(at, 1);
      if (owner === worker) this.#end(key, worker, 'lost');
    }
  }

  #end(key: string, owner: ToWorker, how: 'released' | 'lost'): void {
    const lease = this.#leases.get(key);
    if (lease?.owner !== owner) return;
    this.#leases.delete(key);
    for (const { worker, id } of lease.followers) worker.tell('fill-over', { id, how });
  }
}
