import type { FillNews, Lease, Leases, OurLease } from '../fleet/leases.js';
import type { LeaseAnswer, ToWorker } from './words.js';

/** One fill in progress with its followers. */
class Leased {
  /** The worker that runs it; undefined if it runs on another machine. */
  holder: ToWorker | undefined;
  /** The fleet's lease, once it is granted. */
  above: OurLease | undefined;
  readonly followers: { readonly worker: ToWorker; readonly id: number }[] = [];
  /** The last message of each kind, in sending order. */
  readonly #told: Partial<Record<'begun' | 'arrived' | 'over', FillNews>> = {};

  constructor(holder: ToWorker) {
    this.holder = holder;
  }

  follow(worker: ToWorker, id: number): LeaseAnswer {
    this.followers.push({ worker, id });
    const { begun, arrived, over } = this.#told;
    const news = [begun, arrived, over].filter((told) => told !== undefined);
    return { kind: 'theirs', id, news };
  }

  tell(news: FillNews): void {
    const kind = news.kind === 'begun' || news.kind === 'arrived' ? news.kind : 'over';
    // The received bytes belong to the previous transfer.
    if (kind === 'begun') delete this.#told.arrived;
    this.#told[kind] = news;
    this.above?.tell(news);
    for (const { worker, id } of this.followers) worker.tell('fill-news', { id, news });
  }

  end(how: 'released' | 'lost'): void {
    if (how === 'released') this.above?.release();
    else this.above?.abandon();
    for (const { worker, id } of this.followers.splice(0)) worker.tell('fill-over', { id, how });
  }
}

/**
 * Allows one fill per artifact across all workers. It requests the fleet's lease before it grants one to the first
 * worker, which runs the fill; the other workers and the fleet receive its progress. If another replica holds the
 * lease, all workers follow.
 */
export class PrimaryLeases {
  readonly #above: Leases;
  readonly #leases = new Map<string, Leased>();
  #next = 0;

  constructor(above: Leases) {
    this.#above = above;
  }

  /** Serves one worker. */
  attend(worker: ToWorker): void {
    worker.onAsked('lease', async ({ key }) => {
      const leased = this.#leases.get(key);
      if (leased !== undefined) return leased.follow(worker, this.#next++);
      return this.#take(key, worker);
    });
    worker.onAsked(
      'lease-lost',
      async ({ key, holder, lost }) =>
        await this.#heldBy(worker, key)?.above?.distant?.lost(holder, lost),
    );
    worker.onTold('fill-news', ({ key, news }) => this.#heldBy(worker, key)?.tell(news));
    worker.onTold('fill-over', ({ key, how }) => {
      const leased = this.#heldBy(worker, key);
      if (leased !== undefined) this.#end(key, leased, how);
    });
  }

  /** A worker has ended: its fills have no holder. */
  dismiss(worker: ToWorker): void {
    for (const [key, leased] of this.#leases) {
      const { followers, holder } = leased;
      const at = followers.findIndex((follower) => follower.worker === worker);
      if (at !== -1) followers.splice(at, 1);
      if (holder === worker) this.#end(key, leased, 'lost');
    }
  }

  async #take(key: string, worker: ToWorker): Promise<LeaseAnswer> {
    const leased = new Leased(worker);
    // Concurrent requests follow it.
    this.#leases.set(key, leased);
    let above: Lease;
    try {
      above = await this.#above.take(key);
    } catch (error) {
      this.#end(key, leased, 'lost');
      throw error;
    }
    if (above.kind === 'theirs') {
      const answer = leased.follow(worker, this.#next++);
      leased.holder = undefined;
      void above
        .follow((news) => leased.tell(news))
        .catch(() => 'lost' as const)
        .then((how) => this.#end(key, leased, how));
      return answer;
    }
    // The worker may have died meanwhile.
    if (this.#leases.get(key) === leased) leased.above = above;
    else above.abandon();
    return { kind: 'ours', holder: above.distant?.holder };
  }

  #heldBy(worker: ToWorker, key: string): Leased | undefined {
    const leased = this.#leases.get(key);
    return leased?.holder === worker ? leased : undefined;
  }

  #end(key: string, leased: Leased, how: 'released' | 'lost'): void {
    if (this.#leases.get(key) === leased) this.#leases.delete(key);
    leased.end(how);
  }
}
