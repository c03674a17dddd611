import { LRUCache } from 'lru-cache';
import type { Sha256 } from '../domain/digest.js';
import type { Blob, BlobSource, BlobStore, LocalBlob } from './blob-store.js';
import { readBlob } from './read-bytes.js';

export interface MemoryTierSettings {
  /** Limit of all blobs in memory, in bytes. */
  readonly maxBytes: number;
  /** A larger blob is left to the store below, in bytes. */
  readonly maxBlobBytes: number;
  /** Called for each look-up. */
  readonly onLookup?: (result: 'hit' | 'miss') => void;
}

/** Caches small blobs in memory, in front of another store. */
export class MemoryBlobTier implements BlobStore {
  readonly #below: BlobStore;
  readonly #settings: MemoryTierSettings;
  readonly #cache: LRUCache<Sha256, Uint8Array>;
  /** Reads in progress, shared by concurrent requests. */
  readonly #reading = new Map<Sha256, Promise<Uint8Array>>();

  constructor(below: BlobStore, settings: MemoryTierSettings) {
    this.#below = below;
    this.#settings = settings;
    this.#cache = new LRUCache({
      maxSize: Math.max(1, settings.maxBytes),
      sizeCalculation: (bytes) => Math.max(1, bytes.length),
    });
  }

  get bytes(): number {
    return this.#cache.calculatedSize;
  }

  async open(sha256: Sha256): Promise<Blob | undefined> {
    const cached = this.#cache.get(sha256);
    this.#settings.onLookup?.(cached === undefined ? 'miss' : 'hit');
    if (cached !== undefined) return new MemoryBlob(cached);
    const blob = await this.#below.open(sha256);
    if (blob === undefined || blob.size > this.#settings.maxBlobBytes) return blob;
    // A blob whose digest is not verified yet is not cached.
    if (blob.whole !== undefined) return blob;
    try {
      return new MemoryBlob(await this.#read(sha256, blob));
    } finally {
      await blob.close();
    }
  }

  #read(sha256: Sha256, blob: Blob): Promise<Uint8Array> {
    const running = this.#reading.get(sha256);
    if (running !== undefined) return running;
    const reading = readBlob(blob).finally(() => this.#reading.delete(sha256));
    this.#reading.set(sha256, reading);
    return reading.then((bytes) => {
      this.#cache.set(sha256, bytes);
      return bytes;
    });
  }

  localCopy(sha256: Sha256): Promise<LocalBlob | undefined> {
    return this.#below.localCopy(sha256);
  }

  async put(sha256: Sha256, source: BlobSource): Promise<boolean> {
    const isKept = await this.#below.put(sha256, source);
    // Current waiters have it from elsewhere; the next request finds it here. A copy, because shared memory is slower
    // to send.
    if (isKept && source instanceof MemoryBlob && source.size <= this.#settings.maxBlobBytes)
      this.#cache.set(sha256, Buffer.from(source.bytes));
    return isKept;
  }

  async delete(sha256: Sha256): Promise<void> {
    this.#cache.delete(sha256);
    await this.#below.delete(sha256);
  }
}

/** Complete bytes in memory, as a blob and as a blob's source. */
export class MemoryBlob implements Blob, BlobSource {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  async open(): Promise<Blob> {
    return this;
  }

  get size(): number {
    return this.bytes.length;
  }

  async read(into: Buffer, start: number): Promise<number> {
    const part = this.bytes.subarray(start, start + into.length);
    into.set(part);
    return part.length;
  }

  async close(): Promise<void> {}
}
