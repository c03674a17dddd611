import type { FillNews, Holder, Lease, Leases, OurLease } from '../fleet/leases.js';
import type { ToPrimary } from './words.js';

/** Followers do not need every piece: this many bytes or milliseconds are announced together. */
const STEP_BYTES = 256 * 1024;
const STEP_TIME = 100;

/** The messages for one follower, which may arrive before its listener. */
class Inbox {
  readonly over: Promise<'released' | 'lost'>;
  end!: (how: 'released' | 'lost') => void;
  #kept: FillNews[] = [];
  #listener: ((news: FillNews) => void) | undefined;

  constructor() {
    this.over = new Promise((resolve) => {
      this.end = resolve;
    });
  }

  put(news: FillNews): void {
    if (this.#listener === undefined) this.#kept.push(news);
    else this.#listener(news);
  }

  listen(listener: (news: FillNews) => void): void {
    this.#listener = listener;
    for (const news of this.#kept.splice(0)) listener(news);
  }
}

/** A worker's side of the leases: it asks the primary before every fill. */
export class WorkerLeases implements Leases {
  readonly #primary: ToPrimary;
  readonly #inboxes = new Map<number, Inbox>();

  constructor(primary: ToPrimary) {
    this.#primary = primary;
    primary.onTold('fill-news', ({ id, news }) => this.#inbox(id).put(news));
    primary.onTold('fill-over', ({ id, how }) => this.#inbox(id).end(how));
  }

  async take(key: string): Promise<Lease> {
    const answer = await this.#primary.ask('lease', { key });
    if (answer.kind === 'ours') return this.#ours(key, answer.holder);
    const { id, news } = answer;
    return {
      kind: 'theirs',
      follow: async (onNews) => {
        const inbox = this.#inbox(id);
        for (const told of news) onNews(told);
        inbox.listen(onNews);
        const how = await inbox.over;
        this.#inboxes.delete(id);
        return how;
      },
    };
  }

  #ours(key: string, holder: Holder | undefined): OurLease {
    let told = 0;
    let toldAt = 0;
    return {
      kind: 'ours',
      distant: holder && {
        holder,
        lost: (last, lost) => this.#primary.ask('lease-lost', { key, holder: last, lost }),
      },
      tell: (news) => {
        // A new transfer has no bytes yet.
        if (news.kind === 'begun') told = 0;
        if (news.kind === 'arrived') {
          const now = performance.now();
          if (news.bytes - told < STEP_BYTES && now - toldAt < STEP_TIME) return;
          told = news.bytes;
          toldAt = now;
        }
        this.#primary.tell('fill-news', { key, news });
      },
      release: () => this.#primary.tell('fill-over', { key, how: 'released' }),
      abandon: () => this.#primary.tell('fill-over', { key, how: 'lost' }),
    };
  }

  #inbox(id: number): Inbox {
    const known = this.#inboxes.get(id);
    if (known !== undefined) return known;
    const inbox = new Inbox();
    this.#inboxes.set(id, inbox);
    return inbox;
  }
}
