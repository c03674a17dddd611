import { Failure } from '../domain/failure.js';

/** The longest wait for room, in milliseconds: pip waits 15 s for a byte. */
const PATIENCE = 10_000;
/** The interval for a retry by clients, in milliseconds. */
const ASK_AGAIN = 2_000;

interface Waiting {
  readonly bytes: number;
  readonly goOn: () => void;
}

/** The queue position of one purpose. */
interface Place {
  holdings: number;
  taken: number;
  readonly waiting: Waiting[];
}

/** The part of a budget that a task uses. */
export interface Holding {
  /**
   * Takes this much more.
   * @returns the wait for it; undefined if there is room
   * @throws {Failure} overloaded on a timeout
   */
  take(bytes: number): Promise<void> | undefined;
  /** Returns everything that was taken. */
  release(): void;
}

/**
 * A limited memory for tasks whose size is unknown in advance: a request beyond the limit waits. One task at a time may
 * exceed the limit, until it has returned everything, so one can always continue; the excess is limited to that task. A
 * task that takes nothing, because it waits for something else, blocks no other.
 */
export class MemoryBudget {
  readonly #total: number;
  readonly #patience: number;
  #taken = 0;
  /** In order of arrival. */
  readonly #places = new Map<string, Place>();
  /** The task that may exceed the limit. */
  #beyond: Place | undefined;

  /** @param total in bytes; @param patience the longest wait, in milliseconds */
  constructor(total: number, patience = PATIENCE) {
    this.#total = total;
    this.#patience = patience;
  }

  /** The bytes in use. */
  get taken(): number {
    return this.#taken;
  }

  /**
   * Starts a task. The tasks of one purpose share a queue position, from the first one until there is none: of the
   * waiting purposes, the oldest is completed first.
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

  /** Grants as many requests as fit, in queue order. */
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

const TOO_MUCH = 'Too many large documents are being processed.';
