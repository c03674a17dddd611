import { LRUCache } from 'lru-cache';
import type { Sha256 } from '../domain/digest.js';
import type { Blob, BlobSource, BlobStore, LocalBlob } from './blob-store.js';
import { readBlob } from './read-bytes.js';

export interface MemoryTierSettings {
  /** All blobs in memory together, in bytes. */
  readonly maxBytes: number;
  /** A larger blob is left to the store below, in bytes. */
  readonly maxBlobBytes: number;
  /** Told of each look-up. */
  readonly onLookup?: (result: 'hit' | 'miss') => void;
}

/** Keeps the small blobs that are in use in memory, in front of another store. */
export class MemoryBlobTier implements BlobStore {
  readonly #below: BlobStore;
  readonly #settings: MemoryTierSettings;
  readonly #cache: LRUCache<Sha256, Uint8Array>;
  /** What is being read: once for all who ask together. */
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
    // What is not known yet to have its digest is not kept as what has it.
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
    // Who has asked for it was given it from elsewhere, or asks next. A copy: what threads share is slower to send.
    if (isKept && source instanceof MemoryBlob && source.size <= this.#settings.maxBlobBytes)
      this.#cache.set(sha256, Buffer.from(source.bytes));
    return isKept;
  }

  async delete(sha256: Sha256): Promise<void> {
    this.#cache.delete(sha256);
    await this.#below.delete(sha256);
  }
}

/** Whole bytes in memory, as a blob, and as what one is made of. */
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
