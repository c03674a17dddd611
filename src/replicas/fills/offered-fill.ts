import { Fill } from '../../artifacts/fill.js';
import { FillReader } from '../../artifacts/fill-reader.js';
import type { FillNews } from '../../fleet/leases.js';
import type { BlobStore } from '../../store/blob-store.js';
import type { ByteReader, BytesAt } from '../../store/bytes.js';

/** How a local fill ended, for the other replicas. */
export type Over = Extract<FillNews, { kind: 'complete' | 'failed' }> | { readonly kind: 'lost' };

/**
 * A fill of this machine for other replicas to follow. Its file is kept open, so its bytes remain available after it
 * was moved to the store, or removed.
 */
export class OfferedFill {
  readonly #fill = new Fill();
  readonly #bytesAt: BytesAt;
  readonly #blobs: Pick<BlobStore, 'open'>;
  #reader: FillReader;
  #over: Over | undefined;
  #waiters: (() => void)[] = [];
  #readers = 0;
  #isClosed = false;

  constructor(bytesAt: BytesAt, blobs: Pick<BlobStore, 'open'>) {
    this.#bytesAt = bytesAt;
    this.#blobs = blobs;
    this.#reader = new FillReader(this.#fill);
  }

  get over(): Over | undefined {
    return this.#over;
  }

  /** Identifies the incoming bytes; undefined before the first. */
  get transfer(): string | undefined {
    return this.#fill.transfer;
  }

  get etag(): string | undefined {
    return this.#fill.etag;
  }

  get total(): number | undefined {
    return this.#fill.total;
  }

  /** Number of readable bytes. */
  get received(): number {
    return this.#fill.progress.received;
  }

  tell(news: FillNews): void {
    if (this.#over !== undefined) return;
    if (news.kind === 'begun') {
      this.#fill.begin(this.#bytesAt(news.place), news.total, news);
      if (!this.#reader.isSame) {
        void this.#reader.close();
        this.#reader = new FillReader(this.#fill);
      }
    } else if (news.kind === 'arrived') this.#fill.advance(news.bytes);
    else {
      if (news.kind === 'complete') this.#fill.advance(news.size);
      this.#over = news;
    }
    this.#wake();
  }

  /** The fill has ended. */
  end(): void {
    this.#over ??= { kind: 'lost' };
    this.#wake();
  }

  /** Resolves at the next change. */
  changed(): Promise<void> {
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  /** @returns undefined if the bytes are no longer available */
  async open(): Promise<ByteReader | undefined> {
    const reader = this.#reader;
    this.#readers += 1;
    if (await reader.ready().catch(() => false)) {
      const close = once(() => this.#leave());
      return { read: (into, start) => reader.read(into, start), close };
    }
    await this.#leave();
    // It was completed before its file could be opened here.
    return this.#over?.kind === 'complete' ? this.#blobs.open(this.#over.sha256) : undefined;
  }

  /** Its bytes are no longer needed, except by present readers. */
  async close(): Promise<void> {
    this.end();
    this.#isClosed = true;
    if (this.#readers === 0) await this.#reader.close();
  }

  async #leave(): Promise<void> {
    this.#readers -= 1;
    if (this.#isClosed && this.#readers === 0) await this.#reader.close();
  }

  #wake(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }
}

function once(what: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= what();
    return done;
  };
}
