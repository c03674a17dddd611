import { Failure } from '../domain/failure.js';
import type { Hashes } from '../domain/hashes.js';
import type { Arrived, Lost } from '../fleet/leases.js';
import { SourceLost } from '../fleet/source-lost.js';
import type { FileAnswer, FileBody } from '../upstream/upstream.js';
import type { Arrival, ArrivalWriter } from './arrival.js';
import { CheckedHash } from './checked-hash.js';

/** The index's declaration that a transfer must match. */
export interface Declared {
  readonly hashes: Hashes;
  readonly size: number | undefined;
  /** No artifact is longer than this, declared or not, in bytes. */
  readonly maxSize: number;
}

/** Bytes from a sender, from an offset in the file on. */
export type Source = Pick<FileAnswer, 'size' | 'from' | 'body' | 'endsUnmarked'>;

/** The continuation of a transfer has other bytes than those received: it must be restarted. */
export class OtherBytes extends Error {
  override readonly name = 'OtherBytes';
}

/**
 * Copies the incoming bytes to their destination, and verifies them against the index's declaration.
 * @param onProgress receives the number of readable bytes
 * @param rest requests another sender after a loss at this offset: for the following bytes, or for all
 * @throws {Failure} upstream-broken if the body is cut off, too long, or has another digest; overloaded, unable if it
 * cannot be written @throws {OtherBytes}
 */
export async function transfer(
  first: Source,
  arrival: Arrival,
  declared: Declared,
  onProgress: (readable: number) => void,
  rest: (received: number, why: Lost) => Promise<Source>,
): Promise<Arrived> {
  const copy = new Copy(arrival, declared, onProgress);
  let source = first;
  try {
    for (;;) {
      try {
        await copy.take(source);
        break;
      } catch (error) {
        source.body.destroy();
        if (!(error instanceof SourceLost)) throw error;
        if (copy.isWhole) break;
        source = await rest(copy.received, error.lost);
      }
    }
    return await copy.finish();
  } catch (error) {
    // Disk errors have already been reported.
    throw error instanceof Failure || error instanceof OtherBytes
      ? error
      : new Failure('upstream-broken', 'The transfer from the upstream was interrupted.', {
          cause: error,
        });
  } finally {
    await copy.stop();
  }
}

/** One file in transfer, from all its senders. */
class Copy {
  readonly #arrival: Arrival;
  readonly #declared: Declared;
  readonly #hash: CheckedHash;
  readonly #writer: ArrivalWriter;
  #expected: number | undefined;
  received = 0;

  constructor(arrival: Arrival, declared: Declared, onProgress: (readable: number) => void) {
    this.#arrival = arrival;
    this.#declared = declared;
    this.#hash = new CheckedHash(declared.hashes);
    this.#writer = arrival.writer(onProgress);
    this.#expected = declared.size;
  }

  /** Whether it is complete according to its size; the digest decides. */
  get isWhole(): boolean {
    return this.#hash.knows && this.received === this.#expected;
  }

  async take({ size, from, body, endsUnmarked }: Source): Promise<void> {
    checkDeclaredSizes(size, this.#declared);
    // Responses may already declare the first announced length, so another length is another file.
    if (this.#expected !== undefined && size !== undefined && size !== this.#expected)
      throw new OtherBytes();
    this.#expected ??= size;
    // A prefix would be pinned as the file, and its other bytes refused from then on.
    if (endsUnmarked && this.#expected === undefined && !this.#hash.knows)
      throw broken('gives neither size nor digest of the file, which may be cut off');
    const { maxSize } = this.#declared;
    const limit = Math.min(this.#expected ?? Number.POSITIVE_INFINITY, maxSize);
    if (from > this.received) throw new OtherBytes();
    const pieces = from < this.received ? await this.#beyond(from, body) : body;
    for await (const piece of pieces) {
      this.received += piece.length;
      if (this.received > limit)
        throw broken(`sent more than the ${limit} bytes that were announced`);
      this.#hash.update(piece);
      const room = this.#writer.write(piece);
      if (room !== undefined) await room;
    }
  }

  async finish(): Promise<Arrived> {
    const { received } = this;
    await this.#writer.end();
    if (this.#expected !== undefined && received !== this.#expected)
      throw broken(`ended after ${received} of ${this.#expected} bytes`);
    return { size: received, ...this.#hash.finish() };
  }

  stop(): Promise<void> {
    return this.#writer.stop();
  }

  /** The bytes after the received ones, from a body that repeats some of those: they are compared. */
  async #beyond(from: number, body: FileBody): Promise<AsyncIterable<Uint8Array>> {
    const { received } = this;
    // All of it must be readable.
    await this.#writer.end();
    const reader = await this.#arrival.bytes.open();
    async function* pieces(): AsyncGenerator<Uint8Array> {
      let at = from;
      try {
        for await (const piece of body) {
          const known = piece.subarray(0, Math.max(0, received - at));
          if (known.length > 0) {
            const here = Buffer.allocUnsafe(known.length);
            const read = (await reader?.read(here, at)) ?? 0;
            if (read !== known.length || !here.equals(known)) throw new OtherBytes();
          }
          at += piece.length;
          if (known.length < piece.length) yield piece.subarray(known.length);
        }
      } finally {
        await reader?.close();
      }
      if (at < received) throw new OtherBytes();
    }
    return pieces();
  }
}

function checkDeclaredSizes(announced: number | undefined, declared: Declared): void {
  if (announced === undefined) return;
  if (declared.size !== undefined && announced !== declared.size)
    throw broken(`announces ${announced} bytes, but the index declares ${declared.size}`);
  if (announced > declared.maxSize)
    throw broken(
      `announces ${announced} bytes, more than the ${declared.maxSize} that are allowed`,
    );
}

function broken(what: string): Failure {
  return new Failure('upstream-broken', `The upstream ${what}.`);
}
