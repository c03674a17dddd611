import { createGunzip } from 'node:zlib';

/** Input per step, in bytes: the output is held in memory, and may be a thousand times as long. */
const STEP = 16 * 1024;
/** Inflated at a time, in bytes. */
const CHUNK = 128 * 1024;

/** A file that is not a complete gzip file, despite its name. */
export class GzipError extends Error {
  override readonly name = 'GzipError';
}

/**
 * Inflates a gzip file (RFC 1952) of any number of members. At an error, the data inflated before is returned first,
 * and then the error is thrown; Node's own stream drops that data.
 * @throws {GzipError}
 */
export async function* gunzipped(compressed: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: CHUNK });
  let parts: Buffer[] = [];
  let failed: Error | null | undefined;
  let fed = 0;
  gunzip.on('data', (part: Buffer) => void parts.push(part));
  gunzip.on('error', (error) => {
    failed ??= error;
  });
  /** Resolves once a step is done, or can never be. */
  const settled = (step: (done: (error?: Error | null) => void) => void) =>
    new Promise<void>((resolve) => {
      gunzip.once('close', resolve);
      step((error) => {
        failed ??= error;
        gunzip.off('close', resolve);
        resolve();
      });
    });
  try {
    for await (const chunk of compressed)
      for (let at = 0; at < chunk.length && !failed; at += STEP) {
        const step = chunk.subarray(at, at + STEP);
        await settled((done) => gunzip.write(step, done));
        fed += step.length;
        yield* parts;
        parts = [];
      }
    // It closes once all is out, or it has failed.
    if (!failed) await settled(() => void gunzip.end());
    yield* parts;
    if (failed) throw new GzipError(failed.message);
    if (gunzip.bytesWritten < fed) throw new GzipError('data follows its end');
  } finally {
    gunzip.destroy();
  }
}
