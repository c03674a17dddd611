/**
 * A body as a whole. One that is longer is read no further, and its stream is destroyed.
 * @param most bytes that it may have
 * @param tooLong makes the error for one that has more
 * @param take waits for room for so many bytes more, where there is none
 * @throws that error; what the body fails with
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
