import type { Sha256 } from '../domain/digest.js';
import type { Failure } from '../domain/failure.js';
import type { Verdict } from '../domain/verdict.js';
import type { FillNews } from '../fleet/leases.js';
import type { GrowingBytes } from '../store/bytes.js';
import { temporaryName } from '../store/disk/temporary-name.js';
import type { Progress } from './delivery-gate.js';

/** How a fill ended: the artifact may go out, or may not, or never arrived whole. */
export type FillEnd =
  | { readonly kind: 'allowed'; readonly verdict: Verdict; readonly size: number }
  | { readonly kind: 'refused'; readonly verdict: Verdict }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** Which bytes come in. A transfer that somebody goes on with elsewhere is the same one. */
export interface Transfer {
  readonly transfer: string;
  /** What the upstream calls them, where it gives a rest of them by that name. */
  readonly etag: string | undefined;
}

/** Of bytes that nobody has had any of. */
export function newTransfer(etag?: string): Transfer {
  return { transfer: temporaryName(), etag };
}

/**
 * One transfer of one artifact, shared by every client that waits for it. It belongs to none of them:
 * a client that hangs up only stops watching.
 */
export class Fill {
  /** Resolves once the verdict is known or the transfer failed; never rejects. */
  readonly ended: Promise<FillEnd>;
  /** The name of the bytes; undefined as long as nobody knows it. */
  sha256: Sha256 | undefined;
  #settle!: (end: FillEnd) => void;
  #end: FillEnd | undefined;
  #bytes: GrowingBytes | undefined;
  /** Where the same bytes come in by now, until as many are there. */
  #elsewhere: GrowingBytes | undefined;
  #transfer: Transfer | undefined;
  readonly #readers = new Set<(bytes: GrowingBytes) => void>();
  #received = 0;
  /** Sent by the upstream in this process, and taken by nobody yet. */
  #fetched = 0;
  #total: number | undefined;
  #waiters: (() => void)[] = [];
  #tell: (news: FillNews) => void = () => {};

  /** @param sha256 where it is known before a byte is here */
  constructor(sha256?: Sha256) {
    this.sha256 = sha256;
    this.ended = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  get end(): FillEnd | undefined {
    return this.#end;
  }

  get progress(): Progress {
    const kind = this.#end?.kind;
    const verdict = kind === undefined ? 'pending' : kind === 'allowed' ? 'allowed' : 'refused';
    return { received: this.#received, verdict };
  }

  /**
   * Where the bytes come in: others where the transfer had to begin anew, undefined before the first. They may have
   * gone on to the blob store by the time they are opened: ask the store then.
   */
  get bytes(): GrowingBytes | undefined {
    return this.#bytes;
  }

  /** Bytes in all, as declared by the upstream or, once it ended well, as counted. */
  get total(): number | undefined {
    return this.#end?.kind === 'allowed' ? this.#end.size : this.#total;
  }

  /** Resolves at the next change: more bytes, a known total, or the end. */
  changed(): Promise<void> {
    if (this.#end !== undefined) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  /** Tells others, too, what is announced from now on of the bytes. */
  onNews(tell: (news: FillNews) => void): void {
    this.#tell = tell;
  }

  /** Names the bytes that come in; undefined where there are none, or those that came count for nothing. */
  get transfer(): string | undefined {
    return this.#transfer?.transfer;
  }

  /** What the upstream calls them. */
  get etag(): string | undefined {
    return this.#transfer?.etag;
  }

  /** Calls back with each place where bytes come in from now on. @returns ends that */
  onBytes(reader: (bytes: GrowingBytes) => void): () => void {
    this.#readers.add(reader);
    return () => this.#readers.delete(reader);
  }

  /**
   * Announces where the bytes are, and how many there will be: of these none has come yet. Where they are those of the
   * transfer before, they are read where they were until as many have come.
   */
  begin(
    bytes: GrowingBytes,
    total: number | undefined,
    { transfer, etag }: Transfer = newTransfer(),
  ): void {
    const goesOn = transfer === this.transfer && this.#received > 0;
    this.#elsewhere = goesOn ? bytes : undefined;
    if (!goesOn) {
      this.#received = 0;
      this.#bytes = bytes;
    }
    this.#transfer = { transfer, etag };
    this.#total = total;
    const { place } = bytes;
    if (place !== undefined) this.#tell({ kind: 'begun', place, total, transfer, etag });
    for (const reader of this.#readers) reader(bytes);
    this.#notify();
  }

  /** Announces how many bytes can be read. */
  advance(received: number): void {
    this.#tell({ kind: 'arrived', bytes: received });
    if (this.#elsewhere !== undefined) {
      if (received < this.#received) return;
      this.#bytes = this.#elsewhere;
      this.#elsewhere = undefined;
    }
    this.#received = received;
    this.#notify();
  }

  /** As `advance`, of bytes that come from the upstream. */
  fetch(received: number): void {
    this.#fetched += Math.max(0, received - this.#received);
    this.advance(received);
  }

  /** Bytes that the upstream has sent since this was asked last; undefined for none. */
  takeFetched(): number | undefined {
    const fetched = this.#fetched;
    this.#fetched = 0;
    return fetched || undefined;
  }

  /** What has come in counts for nothing: somebody begins anew. */
  restart(): void {
    this.#received = 0;
    this.#elsewhere = undefined;
    this.#transfer = undefined;
    this.#notify();
  }

  finish(end: FillEnd): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    this.#settle(end);
    this.#notify();
  }

  #notify(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }
}
