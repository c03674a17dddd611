/** How long work goes on before others get their turn, in milliseconds. */
const SHARE = 2;
/** Items between two looks at the clock: some tenths of a millisecond. */
const BATCH = 32;

const waiting: (() => void)[] = [];

/** However much work there is, the event loop does one share of it between two looks at its sockets. */
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
 * Work that may be long, in shares of a few milliseconds with the event loop's other work in between. What is
 * short is done at once: no turn is waited for before the first share is spent.
 */
export class Turns {
  #since = performance.now();

  /** Whether the share is spent, and `next` should be awaited. */
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
