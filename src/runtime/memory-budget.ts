import { Failure } from '../domain/failure.js';

/** How long somebody waits for room, in milliseconds: pip waits 15 s for a byte. */
const PATIENCE = 10_000;
/** When it is worth asking again, in milliseconds. */
const ASK_AGAIN = 2_000;

interface Waiting {
  readonly bytes: number;
  readonly goOn: () => void;
}

/** Where those of one purpose stand in the line. */
interface Place {
  holdings: number;
  taken: number;
  readonly waiting: Waiting[];
}

/** What one piece of work takes of a budget. */
export interface Holding {
  /**
   * Takes so much more.
   * @returns what is to be waited for; undefined where there is room
   * @throws {Failure} overloaded where there is none in time
   */
  take(bytes: number): Promise<void> | undefined;
  /** Gives back all that was taken. */
  release(): void;
}

/**
 * A bounded memory for work whose size shows only on the way: what asks for more than there is waits. One at a time gets
 * what it asks for all the same, and keeps that right until it has given all back, so that there is always one who can go
 * on; beyond the bound there is what that one takes, and no more. Who takes nothing, because it waits for something else,
 * keeps nobody waiting.
 */
export class MemoryBudget {
  readonly #total: number;
  readonly #patience: number;
  #taken = 0;
  /** In the order of their coming. */
  readonly #places = new Map<string, Place>();
  /** Who may go beyond the bound. */
  #beyond: Place | undefined;

  /** @param total in bytes; @param patience how long somebody waits, in milliseconds */
  constructor(total: number, patience = PATIENCE) {
    this.#total = total;
    this.#patience = patience;
  }

  /** What is taken just now, in bytes. */
  get taken(): number {
    return this.#taken;
  }

  /**
   * Begins a piece of work. What is done for one purpose has one place in the line, from its first piece on until there
   * is none: of those who wait, what was begun first is brought to an end first.
   */
  enter(purpose: string): Holding {
    const place = this.#places.get(purpose) ?? { holdings: 0, taken: 0, waiting: [] };
    this.#places.set(purpose, place);
    place.holdings += 1;
    let held = 0;
    let isHere = true;
    const note = (bytes: number): void => {
      this.#taken += bytes;
      place.taken += bytes;
      held += bytes;
    };
    return {
      take: (bytes) => {
        if (!this.#fits(place, bytes)) return this.#wait(place, { bytes, goOn: () => note(bytes) });
        note(bytes);
        return undefined;
      },
      release: () => {
        if (!isHere) return;
        isHere = false;
        place.holdings -= 1;
        if (place.holdings === 0) this.#places.delete(purpose);
        this.#taken -= held;
        place.taken -= held;
        if (place.taken === 0 && this.#beyond === place) this.#beyond = undefined;
        this.#letOthersGoOn();
      },
    };
  }

  #wait(place: Place, { bytes, goOn }: Waiting): Promise<void> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        place.waiting.splice(place.waiting.indexOf(waiting), 1);
        reject(new Failure('overloaded', TOO_MUCH, { retryAfter: ASK_AGAIN }));
      }, this.#patience);
      const waiting: Waiting = {
        bytes,
        goOn: () => {
          clearTimeout(late);
          goOn();
          resolve();
        },
      };
      place.waiting.push(waiting);
    });
  }

  /** As many as fit, in the order of their places. */
  #letOthersGoOn(): void {
    for (const place of this.#places.values())
      while (place.waiting[0] !== undefined && this.#fits(place, place.waiting[0].bytes))
        place.waiting.shift()!.goOn();
  }

  #fits(place: Place, bytes: number): boolean {
    if (this.#taken + bytes <= this.#total) return true;
    this.#beyond ??= place;
    return this.#beyond === place;
  }
}

const TOO_MUCH = 'Too many large documents are in progress.';
