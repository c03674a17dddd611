import { type Readable, Transform } from 'node:stream';

/** The longest answer of S3's that is read whole, in bytes: the XML of an error, or of an upload. */
const LONGEST = 64 * 1024;

/** The longest list of a thousand objects, in bytes: their keys may have 1,024 each. */
export const LONGEST_LIST = 4 * 1024 * 1024;

/** The same bytes, as long as they are not too many: S3's client takes answers whole into memory. */
export function bounded(body: Readable, longest = LONGEST): Readable {
  let read = 0;
  const bound = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      read += chunk.length;
      if (read <= longest) done(null, chunk);
      else done(new Error('its response exceeds the limit'));
    },
  });
  body.on('error', (error) => bound.destroy(error));
  bound.on('close', () => body.destroy());
  return body.pipe(bound);
}
