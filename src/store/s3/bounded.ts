import { type Readable, Transform } from 'node:stream';

/** Maximum length of an S3 response that is buffered, in bytes: the XML of an error, or of an upload. */
const LONGEST = 64 * 1024;

/** Maximum length of a list of a thousand objects, in bytes: their keys may have 1,024 bytes each. */
export const LONGEST_LIST = 4 * 1024 * 1024;

/** The same bytes, up to a limit: S3's client buffers whole responses in memory. */
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
