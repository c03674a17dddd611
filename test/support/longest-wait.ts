/**
 * The longest wait of another client during some work.
 * @param ask the other client's request, repeated until the work is done
 * @returns milliseconds
 */
export async function longestWait(
  work: Promise<unknown>,
  ask: () => Promise<unknown>,
): Promise<number> {
  let isOver = false;
  const over = () => {
    isOver = true;
  };
  work.then(over, over);
  let longest = 0;
  while (!isOver) {
    const since = performance.now();
    await ask();
    longest = Math.max(longest, performance.now() - since);
  }
  return longest;
}
