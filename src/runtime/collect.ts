/**
 * Buffers a body. A longer one is not read further, and its stream is destroyed.
 * @param most the maximum number of bytes
 * @param tooLong creates the error for a longer body
 * @param take waits for room for this many more bytes, if there is none
 * @throws that error, or the body's own
 */
export async function collect(
  body: AsyncIterable<unknown>,
  most: number,
  tooLong: () => Error,
  take: (bytes: number) => Promise<void> | undefined = () => undefined,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > most) throw tooLong();
    const wait = take(chunk.length);
    if (wait !== undefined) await wait;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}
