import { asFailure } from '../domain/failure.js';
import type { FairShare } from '../runtime/fair-share.js';
import type { SpoolFile } from '../store/spool.js';
import type { ArrivalWriter } from './arrival.js';

/**
 * Writes pieces to a spool file while further ones arrive. Pieces that arrive during a write are written together in
 * the next call.
 */
export class SpoolWriter implements ArrivalWriter {
  readonly #spool: SpoolFile;
  readonly #onWritten: (size: number) => void;
  readonly #share: FairShare;
  readonly #leave: () => void;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  /** Remains rejected after a failure: later writes fail as well. */
  #writing: Promise<void> | undefined;

  /**
   * @param share limits the bytes that wait for the file system
   * @param onWritten receives the number of bytes that a reader of the file can see
   */
  constructor(spool: SpoolFile, share: FairShare, onWritten: (size: number) => void) {
    this.#spool = spool;
    this.#onWritten = onWritten;
    this.#share = share;
    this.#leave = share.join();
  }

  write(piece: Uint8Array): Promise<void> | undefined {
    this.#waiting.push(piece);
    this.#waitingBytes += piece.length;
    if (this.#writing === undefined) {
      this.#writing = this.#work();
      // Callers that wait for room, or for the end, receive the error.
      this.#writing.catch(() => {});
    }
    return this.#waitingBytes < this.#share.each ? undefined : this.#writing;
  }

  async end(): Promise<void> {
    await this.#writing;
  }

  /** The file may be closed then. */
  async stop(): Promise<void> {
    this.#leave();
    this.#waiting = [];
    await this.#writing?.catch(() => {});
  }

  async #work(): Promise<void> {
    while (this.#waiting.length > 0) {
      const pieces = this.#waiting;
      this.#waiting = [];
      this.#waitingBytes = 0;
      await this.#spool.append(pieces).catch((error: unknown) => {
        throw asFailure(error, 'The file cannot be stored temporarily.');
      });
      this.#onWritten(this.#spool.size);
    }
    this.#writing = undefined;
  }
}
