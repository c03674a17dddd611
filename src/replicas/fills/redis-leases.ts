import { Failure } from '../../domain/failure.js';
import type { Holder, Leases, Lost, OurLease } from '../../fleet/leases.js';
import type { Every } from '../../runtime/change-watch.js';
import { Places } from '../../runtime/places.js';
import type { BlobStore } from '../../store/blob-store.js';
import type { BytesAt } from '../../store/bytes.js';
import { type LeaseStore, type LostHolder, nameOfFill, type Owner } from './lease-store.js';
import { OfferedFill } from './offered-fill.js';

/** The interval of lease renewals, in milliseconds: two of them may be lost. */
const RENEWAL = 2_000;
/** How long a completed fill remains available, in milliseconds: others may have requested it at the same time. */
const LINGER = 5_000;
/** Limits of such open fills, in files and bytes; the oldest is closed first. */
const MOST_LINGERING = { files: 64, bytes: 256 * 2 ** 20 };
/** Maximum number of fills that are run here although another replica holds the lease. */
const MOST_WITHOUT = 4;
/** The longest wait for such a fill's turn, in milliseconds: a client disconnects after 15 s without a byte. */
const PATIENCE = 8_000;
/** The retry interval at the limit, in milliseconds. */
const ASK_AGAIN = 5_000;

/** The lease of a fill: `none` if there is none. */
export type LeaseLabel = 'ours' | 'theirs' | 'none';

export interface RedisLeasesParts {
  readonly store: LeaseStore;
  readonly own: Owner;
  readonly bytesAt: BytesAt;
  readonly blobs: Pick<BlobStore, 'open'>;
  readonly every: Every;
  readonly onTaken: (label: LeaseLabel) => void;
}

/**
 * One fill per artifact among all replicas, while Redis responds; without Redis, a fill runs here without a lease. The
 * others find the fills of this replica here.
 */
export class RedisLeases implements Leases {
  readonly #parts: RedisLeasesParts;
  /** By the fill's name. */
  readonly #offered = new Map<string, OurFill>();
  /** Fills with a pending lease request. */
  readonly #asked = new Map<string, OurFill>();
  readonly #lingering = new Set<OurFill>();
  readonly #stop: () => void;
  readonly #without = new Places(MOST_WITHOUT, PATIENCE);

  constructor(parts: RedisLeasesParts) {
    this.#parts = parts;
    this.#stop = parts.every(RENEWAL, () => this.#renew());
  }

  async take(key: string): Promise<OurLease> {
    const name = nameOfFill(key);
    const fill = new OurFill(name, new OfferedFill(this.#parts.bytesAt, this.#parts.blobs));
    const distant = this.#settle(fill, await this.#ask(fill));
    return {
      kind: 'ours',
      distant: distant && {
        holder: distant,
        lost: (last, lost) => this.#lost(fill, last, lost),
      },
      tell: (news) => fill.offered.tell(news),
      release: () => this.#end(fill),
      abandon: () => this.#end(fill),
    };
  }

  /** A running or recently completed fill of this replica. @param name from `nameOfFill` */
  offered(name: string): OfferedFill | undefined {
    return (this.#offered.get(name) ?? this.#asked.get(name))?.offered;
  }

  /** Releases all leases. Never rejects. */
  async close(): Promise<void> {
    this.#stop();
    const fills = [...this.#offered.values()];
    await Promise.all(fills.map((fill) => this.#drop(fill)));
    for (const fill of fills) await fill.offered.close();
  }

  /** @returns the holder, if it is another replica */
  #settle(fill: OurFill, holder: Holder | undefined): Holder | undefined {
    const { own, onTaken } = this.#parts;
    if (holder === undefined) onTaken('none');
    else if (holder.owner !== own.owner) {
      onTaken('theirs');
      return holder;
    } else {
      onTaken('ours');
      fill.fence = holder.fence;
      // The fill may have ended meanwhile.
      if (fill.isOver) void this.#drop(fill);
      else this.#offered.set(fill.name, fill);
    }
    return undefined;
  }

  /** @returns undefined if Redis does not respond */
  async #ask(fill: OurFill, from?: LostHolder): Promise<Holder | undefined> {
    // Another replica may see our lease before we do, and must find the fill here.
    this.#asked.set(fill.name, fill);
    try {
      return await this.#parts.store.take(fill.name, from);
    } catch {
      return undefined;
    } finally {
      if (this.#asked.get(fill.name) === fill) this.#asked.delete(fill.name);
    }
  }

  async #lost(fill: OurFill, last: Holder, lost: Lost): Promise<Holder | undefined> {
    if (lost.how === 'useless') return this.#goWithout(fill);
    const holder = await this.#ask(fill, { holder: last, lost });
    // The holder renews its lease, but is unreachable from here.
    if (holder?.owner === last.owner && holder.fence === last.fence) return this.#goWithout(fill);
    return this.#settle(fill, holder);
  }

  /** @throws {Failure} overloaded */
  async #goWithout(fill: OurFill): Promise<undefined> {
    fill.leave ??= await this.#without.enter();
    if (fill.leave === undefined)
      throw new Failure('overloaded', 'The replica that is fetching the file is unreachable.', {
        retryAfter: ASK_AGAIN,
      });
    // The fill may have ended meanwhile.
    if (fill.isOver) fill.leave();
    this.#parts.onTaken('none');
  }

  async #renew(): Promise<void> {
    const all = [...this.#offered.values()].filter(({ offered }) => offered.over === undefined);
    await Promise.all(
      all.map(async (fill) => {
        const isOurs = await this.#parts.store.renew(fill.name, fill.fence).catch(() => true);
        // Another replica has taken over. Present followers continue here.
        if (!isOurs && this.#offered.get(fill.name) === fill) this.#offered.delete(fill.name);
      }),
    );
  }

  #end(fill: OurFill): void {
    fill.isOver = true;
    fill.leave?.();
    const isOurs = this.#offered.get(fill.name) === fill;
    const { offered } = fill;
    if (isOurs && offered.over?.kind === 'complete') return this.#linger(fill);
    offered.end();
    void offered.close();
    if (!isOurs) return;
    this.#offered.delete(fill.name);
    void this.#drop(fill);
  }

  /** A concurrent request is served here, instead of by the index again. */
  #linger(fill: OurFill): void {
    const { store } = this.#parts;
    store.renew(fill.name, fill.fence, LINGER).catch(() => {});
    this.#lingering.add(fill);
    let bytes = 0;
    for (const [index, one] of [...this.#lingering].reverse().entries()) {
      bytes += one.offered.received;
      if (index >= MOST_LINGERING.files || bytes > MOST_LINGERING.bytes) this.#forget(one);
    }
    setTimeout(() => this.#forget(fill), LINGER).unref();
  }

  #forget(fill: OurFill): void {
    if (!this.#lingering.delete(fill)) return;
    if (this.#offered.get(fill.name) === fill) {
      this.#offered.delete(fill.name);
      void this.#drop(fill);
    }
    void fill.offered.close();
  }

  async #drop({ name, fence }: OurFill): Promise<void> {
    await this.#parts.store.drop(name, fence).catch(() => {});
  }
}

/** A fill of this machine. */
class OurFill {
  readonly name: string;
  readonly offered: OfferedFill;
  /** The lease's fence, if this replica holds it. */
  fence = 0;
  /** Releases the slot of a fill that runs although another replica has the lease. */
  leave: (() => void) | undefined;
  isOver = false;

  constructor(name: string, offered: OfferedFill) {
    this.name = name;
    this.offered = offered;
  }
}
