/**
 * A body as a whole. One that is longer is read no further, and its stream is destroyed.
 * @param most bytes that it may have
 * @param tooLong makes the error for one that has more
 * @throws that error; what the body fails with
 */
export async function collect(
  body: AsyncIterable<unknown>,
  most: number,
  tooLong: () => Error,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > most) throw tooLong();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}
