import type { ByteReader, GrowingBytes } from '../store/bytes.js';
import { MemoryBlob } from '../store/memory-blob-tier.js';
import type { Arrival, ArrivalWriter } from './arrival.js';

export interface ArrivingMemorySettings {
  /** Larger artifacts are received elsewhere, in bytes. */
  readonly longest: number;
  /** Limit of all artifacts in memory, in bytes; beyond it, artifacts are received elsewhere. */
  readonly total: number;
}

/**
 * Memory for small incoming artifacts: most wheels have a few kilobytes, and for these a file would take most of the
 * time. Callers never wait for room here.
 */
export class ArrivingMemory {
  readonly #settings: ArrivingMemorySettings;
  #taken = 0;

  constructor(settings: ArrivingMemorySettings) {
    this.#settings = settings;
  }

  /** @returns undefined if the size is unknown or too large, or the memory is in use */
  begin(size: number | undefined): Arrival | undefined {
    const { longest, total } = this.#settings;
    if (size === undefined || size > longest || this.#taken + size > total) return undefined;
    this.#taken += size;
    return new InMemory(size, () => {
      this.#taken -= size;
    });
  }
}

/** One artifact in memory that is shared with the inspection thread. Its memory is released after the last reader. */
class InMemory implements Arrival, ArrivalWriter, GrowingBytes {
  readonly at: SharedArrayBuffer;
  readonly place = undefined;
  readonly #bytes: Uint8Array;
  readonly #onGone: () => void;
  #received = 0;
  #onWritten: (readable: number) => void = () => {};
  #isOver = false;
  #readers = 0;

  constructor(size: number, onGone: () => void) {
    this.at = new SharedArrayBuffer(size);
    this.#bytes = new Uint8Array(this.at);
    this.#onGone = onGone;
  }

  get bytes(): GrowingBytes {
    return this;
  }

  get source(): MemoryBlob {
    return new MemoryBlob(this.#bytes);
  }

  async expect(): Promise<void> {}

  writer(onWritten: (readable: number) => void): ArrivalWriter {
    this.#onWritten = onWritten;
    return this;
  }

  /** @throws {RangeError} beyond its size */
  write(piece: Uint8Array): undefined {
    this.#bytes.set(piece, this.#received);
    this.#received += piece.length;
    this.#onWritten(this.#received);
  }

  async end(): Promise<void> {}

  async stop(): Promise<void> {}

  async open(): Promise<ByteReader | undefined> {
    if (this.#isOver) return undefined;
    this.#readers += 1;
    let isOpen = true;
    return {
      read: async (into, start) => {
        const end = Math.min(this.#received, start + into.length);
        const part = this.#bytes.subarray(start, Math.max(start, end));
        into.set(part);
        return part.length;
      },
      close: async () => {
        if (!isOpen) return;
        isOpen = false;
        this.#readers -= 1;
        this.#letGo();
      },
    };
  }

  async discard(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#letGo();
  }

  #letGo(): void {
    if (this.#isOver && this.#readers === 0) this.#onGone();
  }
}
