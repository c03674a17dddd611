/** Asked at a time. */
const AT_A_TIME = 16;

/** What becomes of each of some items, a few at a time, in their order. @throws what the first of them fails with */
export async function mapped<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const done: R[] = [];
  let next = 0;
  const goOn = async (): Promise<void> => {
    while (next < items.length) {
      const at = next++;
      done[at] = await work(items[at]!);
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_A_TIME, items.length) }, goOn));
  return done;
}
