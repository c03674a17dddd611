/**
 * How long somebody else waits, at most, while work goes on.
 * @param ask what somebody else asks, again and again until the work is over
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
