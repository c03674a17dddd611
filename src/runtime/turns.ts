/** How long a task runs before it yields, in milliseconds. */
const SHARE = 2;
/** Items between two reads of the clock: a few tenths of a millisecond. */
const BATCH = 32;

const waiting: (() => void)[] = [];

/** For any amount of work, the event loop runs one share between two checks of its sockets. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (waiting.push(resolve) === 1) setImmediate(letOneGoOn);
  });
}

function letOneGoOn(): void {
  const goOn = waiting.shift()!;
  if (waiting.length > 0) setImmediate(letOneGoOn);
  goOn();
}

/**
 * Runs long work in shares of a few milliseconds, with the event loop's other work in between. Short work runs at once,
 * without waiting before the first share is used up.
 */
export class Turns {
  #since = performance.now();

  /** Whether the share is used up, and `next` must be awaited. */
  get spent(): boolean {
    return performance.now() - this.#since >= SHARE;
  }

  async next(): Promise<void> {
    await nextTurn();
    this.#since = performance.now();
  }

  /** Calls back for every item, in order. */
  async forEach<T>(items: readonly T[], callback: (item: T, index: number) => void): Promise<void> {
    for (let index = 0; index < items.length; index += 1) {
      if (index % BATCH === 0 && this.spent) await this.next();
      callback(items[index]!, index);
    }
  }
}
