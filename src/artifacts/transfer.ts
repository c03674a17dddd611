import { Failure } from '../domain/failure.js';
import type { Hashes } from '../domain/hashes.js';
import type { Arrived } from '../fleet/leases.js';
import type { FileAnswer } from '../upstream/upstream.js';
import type { Arrival } from './arrival.js';
import { CheckedHash } from './checked-hash.js';

/** What the index said that a transfer must come to. */
export interface Declared {
  readonly hashes: Hashes;
  readonly size: number | undefined;
  /** No artifact is longer than this, declared or not, in bytes. */
  readonly maxSize: number;
}

/**
 * Copies an upstream's answer to where it is to come in, and checks it against what the index declared.
 * @param onProgress told how many bytes can be read
 * @throws {Failure} upstream-broken where the body is cut off, too long, or has another digest; overloaded, unable where
 *   it cannot be written
 */
export async function transfer(
  answer: FileAnswer,
  arrival: Arrival,
  declared: Declared,
  onProgress: (readable: number) => void,
): Promise<Arrived> {
  const expected = declared.size ?? answer.size;
  const limit = Math.min(expected ?? Number.POSITIVE_INFINITY, declared.maxSize);
  const hash = new CheckedHash(declared.hashes);
  const writer = arrival.writer(onProgress);
  let received = 0;
  try {
    checkDeclaredSizes(answer.size, declared);
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      received += chunk.length;
      if (received > limit) throw broken(`sent more than the ${limit} bytes that were announced`);
      hash.update(chunk);
      const room = writer.write(chunk);
      if (room !== undefined) await room;
    }
    await writer.end();
  } catch (error) {
    answer.body.destroy();
    // What the disk does not take is told of already.
    throw error instanceof Failure
      ? error
      : new Failure('upstream-broken', 'The transfer from the upstream broke off.', {
          cause: error,
        });
  } finally {
    await writer.stop();
  }
  if (expected !== undefined && received !== expected)
    throw broken(`ended after ${received} of ${expected} bytes`);
  return { size: received, ...hash.finish() };
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
