import type { FillNews, Lease, Leases, OurLease } from '../fleet/leases.js';
import type { LeaseAnswer, ToWorker } from './words.js';

/** One fill under way, and who follows it. */
class Leased {
  /** Who is at it; undefined where that is somebody beyond this machine. */
  holder: ToWorker | undefined;
  /** Of those above, once they have given it. */
  above: OurLease | undefined;
  readonly followers: { readonly worker: ToWorker; readonly id: number }[] = [];
  /** The last of each kind, in the order in which they are told. */
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
    // How many had come is of the bytes before.
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
 * Keeps one fill of an artifact at a time over all workers, and asks those above before it gives the first of them
 * the lease: that one does the fill, the others are told what becomes of it, and so are those above. Where the lease
 * is with somebody else there, all workers follow.
 */
export class PrimaryLeases {
  readonly #above: Leases;
  readonly #leases = new Map<string, Leased>();
  #next = 0;

  constructor(above: Leases) {
    this.#above = above;
  }

  /** Answers one worker. */
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

  /** A worker is gone: what it was at is nobody's now. */
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
    // Whoever asks meanwhile follows.
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
    // The worker may have died while it waited.
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
