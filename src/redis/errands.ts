import { backgroundTimers, type Timers } from '../runtime/timers.js';
import { isUseless } from './redis-error.js';

/** Between a failure and the next attempt, in milliseconds. */
const PAUSE = 1_000;
/** The maximum number of errands that wait for Redis; the oldest are dropped first. */
const MOST_OWED = 1_000;

export type Errand = () => Promise<unknown>;

export interface ErrandsParts {
  readonly timers?: Pick<Timers, 'after'>;
  /** Called when Redis answers again after some errands were dropped. */
  readonly onDropped?: () => void;
}

/**
 * Writes to Redis that no request waits for. If Redis is unavailable, an errand is repeated until Redis has answered it: one
 * timeout must not mean that the others never receive it. Errands must be idempotent, because a timeout does not tell
 * whether Redis has executed them.
 */
export class Errands {
  readonly #timers: Pick<Timers, 'after'>;
  readonly #onDropped: () => void;
  /** The newest attempt per name. */
  readonly #running = new Map<string, Errand>();
  /** Failed errands by name, the oldest first. */
  readonly #owed = new Map<string, Errand>();
  #hasDropped = false;
  #isRepeating = false;
  #cancel: (() => void) | undefined;
  #isClosed = false;

  constructor({ timers = backgroundTimers, onDropped = () => {} }: ErrandsParts = {}) {
    this.#timers = timers;
    this.#onDropped = onDropped;
  }

  /**
   * Runs an errand now, and again later if Redis is unavailable. Never rejects.
   * @param name replaces an earlier errand with this name
   * @returns whether Redis answered
   */
  async run(name: string, errand: Errand): Promise<boolean> {
    this.#owed.delete(name);
    this.#running.set(name, errand);
    try {
      await errand();
      return true;
    } catch (error) {
      // Redis would give the same answer again.
      if (!isUseless(error)) return true;
      // A newer one replaces it.
      if (this.#running.get(name) === errand) this.owe(name, errand);
      return false;
    } finally {
      if (this.#running.get(name) === errand) this.#running.delete(name);
    }
  }

  /** Runs an errand later, because Redis is unavailable now. */
  owe(name: string, errand: Errand): void {
    this.#owed.delete(name);
    this.#owed.set(name, errand);
    const [oldest] = this.#owed.keys();
    if (this.#owed.size > MOST_OWED && oldest !== undefined) {
      this.#owed.delete(oldest);
      this.#hasDropped = true;
    }
    this.#plan();
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel?.();
  }

  #plan(): void {
    if (this.#isClosed || this.#isRepeating || this.#cancel !== undefined) return;
    this.#cancel = this.#timers.after(PAUSE, () => {
      this.#cancel = undefined;
      void this.#repeat();
    });
  }

  /** One after the other: a server that has just come back is not flooded. */
  async #repeat(): Promise<void> {
    this.#isRepeating = true;
    for (const [name, errand] of this.#owed) if (!(await this.run(name, errand))) break;
    this.#isRepeating = false;
    if (this.#owed.size > 0) return this.#plan();
    if (this.#hasDropped) this.#onDropped();
    this.#hasDropped = false;
  }
}
