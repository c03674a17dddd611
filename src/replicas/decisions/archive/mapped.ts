/** Number of concurrent items. */
const AT_A_TIME = 16;

/** Maps items with limited concurrency, in order. @throws the first failure */
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
