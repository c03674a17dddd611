import { type Span, within } from '../domain/span.js';

/** What a question that failed says of whom it was asked. */
export type Says =
  /** Does not answer. */
  | 'gone'
  /** Has answered, though not as was hoped. */
  | 'there'
  /** Nothing: we could not ask. */
  | 'nothing';

export interface BreakerSettings {
  readonly now: () => number;
  /** Failures in a row after which nobody asks any more. */
  readonly patience: number;
  /** How long that lasts at first, and at most, in milliseconds: twice as long after each look that fails. */
  readonly shortest: number;
  readonly longest: number;
  /**
   * Makes the failure of a question that is not asked.
   * @param failures in a row, so far
   * @param wait until it would be asked, in milliseconds
   */
  readonly refuse: (failures: number, wait: number) => Error;
  readonly says: (error: unknown) => Says;
}

/**
 * Spares those who wait for a server that does not answer, and the server: after some failures in a row nobody waits
 * for it any more, but for one who looks now and then whether it has come back.
 */
export class Breaker {
  readonly #settings: BreakerSettings;
  #failures = 0;
  #pause: number;
  #closed: Span | undefined;
  #looking = false;

  constructor(settings: BreakerSettings) {
    this.#settings = settings;
    this.#pause = settings.shortest;
  }

  /** @throws what the question fails with, or at once where the server is left alone */
  async ask<T>(question: () => Promise<T>): Promise<T> {
    const looks = this.#failures >= this.#settings.patience;
    if (looks && (this.#looking || this.#isClosed())) throw this.#refusal();
    this.#looking = looks;
    try {
      const answer = await question();
      this.#answered();
      return answer;
    } catch (error) {
      const said = this.#settings.says(error);
      if (said === 'gone') this.#failed(looks);
      else if (said === 'there') this.#answered();
      throw error;
    } finally {
      if (looks) this.#looking = false;
    }
  }

  #refusal(): Error {
    const { now, refuse } = this.#settings;
    return refuse(this.#failures, Math.max(1_000, (this.#closed?.until ?? 0) - now()));
  }

  #isClosed(): boolean {
    return this.#closed !== undefined && within(this.#closed, this.#settings.now());
  }

  #answered(): void {
    this.#failures = 0;
    this.#pause = this.#settings.shortest;
    this.#closed = undefined;
  }

  #failed(looked: boolean): void {
    const { patience, longest, now } = this.#settings;
    this.#failures += 1;
    if (this.#failures < patience) return;
    if (looked) this.#pause = Math.min(longest, this.#pause * 2);
    const from = now();
    this.#closed = { from, until: from + this.#pause };
  }
}
