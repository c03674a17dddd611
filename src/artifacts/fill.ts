import type { Sha256 } from '../domain/digest.js';
import type { Failure } from '../domain/failure.js';
import type { Verdict } from '../domain/verdict.js';
import type { FillNews } from '../fleet/leases.js';
import type { GrowingBytes } from '../store/bytes.js';
import { temporaryName } from '../store/disk/temporary-name.js';
import type { Progress } from './delivery-gate.js';

/** The end of a fill: the artifact is allowed or refused, or never arrived completely. */
export type FillEnd =
  | { readonly kind: 'allowed'; readonly verdict: Verdict; readonly size: number }
  | { readonly kind: 'refused'; readonly verdict: Verdict }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** Identifies the incoming bytes. A transfer that is continued elsewhere is the same transfer. */
export interface Transfer {
  readonly transfer: string;
  /** The upstream's ETag, if it supports ranges with it. */
  readonly etag: string | undefined;
}

/** A transfer without received bytes. */
export function newTransfer(etag?: string): Transfer {
  return { transfer: temporaryName(), etag };
}

/**
 * One transfer of one artifact, shared by every client that waits for it. It is independent of them: a client that
 * disconnects only stops watching.
 */
export class Fill {
  /** Resolves once the verdict is known or the transfer failed; never rejects. */
  readonly ended: Promise<FillEnd>;
  /** The digest of the bytes; undefined until it is known. */
  sha256: Sha256 | undefined;
  #settle!: (end: FillEnd) => void;
  #end: FillEnd | undefined;
  #bytes: GrowingBytes | undefined;
  /** The new place of the same bytes, used once it has as many. */
  #elsewhere: GrowingBytes | undefined;
  #transfer: Transfer | undefined;
  readonly #readers = new Set<(bytes: GrowingBytes) => void>();
  #received = 0;
  /** Received from the upstream in this process, and not recorded yet. */
  #fetched = 0;
  readonly #listed: number | undefined;
  #total: number | undefined;
  #waiters: (() => void)[] = [];
  #tell: (news: FillNews) => void = () => {};

  /**
   * @param sha256 if it is known in advance
   * @param listed the size that the index declares, if it does
   */
  constructor(sha256?: Sha256, listed?: number) {
    this.sha256 = sha256;
    this.#listed = listed;
    this.#total = listed;
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
   * The current place of the bytes: a new one if the transfer was restarted, undefined before the first byte. They may
   * have moved to the blob store before they are opened; read the store then.
   */
  get bytes(): GrowingBytes | undefined {
    return this.#bytes;
  }

  /** Bytes in all, as declared by the index or the upstream or, once the transfer ended well, as counted. */
  get total(): number | undefined {
    return this.#end?.kind === 'allowed' ? this.#end.size : this.#total;
  }

  /** Resolves at the next change: more bytes, a known total, or the end. */
  changed(): Promise<void> {
    if (this.#end !== undefined) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  /** Forwards all further announcements about the bytes. */
  onNews(tell: (news: FillNews) => void): void {
    this.#tell = tell;
  }

  /** Identifies the incoming bytes; undefined if there are none, or the received ones were discarded. */
  get transfer(): string | undefined {
    return this.#transfer?.transfer;
  }

  /** The upstream's ETag. */
  get etag(): string | undefined {
    return this.#transfer?.etag;
  }

  /** Calls back with each new place of the bytes. @returns stops that */
  onBytes(reader: (bytes: GrowingBytes) => void): () => void {
    this.#readers.add(reader);
    return () => this.#readers.delete(reader);
  }

  /**
   * Announces the place of the bytes and their total number; no byte has arrived there yet. For a continued transfer,
   * the previous place is read until the new one has as many bytes.
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

  /** The same as `advance`, for bytes from the upstream. */
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

  /** Discards the received bytes: the transfer is restarted. */
  restart(): void {
    this.#received = 0;
    this.#elsewhere = undefined;
    this.#bytes = undefined;
    this.#transfer = undefined;
    this.#total = this.#listed;
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
