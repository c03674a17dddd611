import { type Span, within } from '../domain/span.js';

/** The meaning of a failed request for the state of the server. */
export type Says =
  /** Does not respond. */
  | 'gone'
  /** Responded, though with a failure. */
  | 'there'
  /** Unknown: the request could not be sent. */
  | 'nothing';

export interface BreakerSettings {
  readonly now: () => number;
  /** Consecutive failures before requests are paused. */
  readonly patience: number;
  /** The initial and maximum length of a pause, in milliseconds: doubled after each failed retry. */
  readonly shortest: number;
  readonly longest: number;
  /**
   * Creates the failure of a request during a pause.
   * @param failures the number of consecutive failures
   * @param wait the time until the next retry, in milliseconds
   */
  readonly refuse: (failures: number, wait: number) => Error;
  readonly says: (error: unknown) => Says;
}

/**
 * Spares clients the wait for a server that does not respond, and spares the server: after some consecutive failures
 * requests fail immediately, except for an occasional retry.
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

  /** @throws the request's error, or immediately during a pause */
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
