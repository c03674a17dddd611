import { Failure } from '../domain/failure.js';
import { type Span, within } from '../domain/span.js';

/** Failures in a row after which an upstream is left alone. */
const PATIENCE = 5;
/** How long it is left alone at first, and at most, in milliseconds: twice as long after each look that fails. */
const SHORTEST = 2_000;
const LONGEST = 15_000;

/** Makes the failure of a question that is not asked. @param wait until it would be asked, in milliseconds */
type Refuse = (what: string, wait: number) => Failure;

/**
 * Spares those who wait for an upstream that does not answer, and the upstream: after some failures in a row nobody waits
 * for it any more, but for one who looks now and then whether it has come back.
 */
export class Breaker {
  readonly #now: () => number;
  readonly #refuse: Refuse;
  #failures = 0;
  #pause = SHORTEST;
  #closed: Span | undefined;
  #looking = false;

  constructor(now: () => number, refuse: Refuse) {
    this.#now = now;
    this.#refuse = refuse;
  }

  /** @throws what the question fails with, or at once where the upstream is left alone */
  async ask<T>(question: () => Promise<T>): Promise<T> {
    const looks = this.#failures >= PATIENCE;
    if (looks && (this.#looking || this.#isClosed())) throw this.#refusal();
    this.#looking = looks;
    try {
      const answer = await question();
      this.#answered();
      return answer;
    } catch (error) {
      const kind = error instanceof Failure ? error.kind : undefined;
      if (kind === 'upstream-unreachable') this.#failed(looks);
      // That we could not ask says nothing of it.
      else if (kind !== 'unable') this.#answered();
      throw error;
    } finally {
      if (looks) this.#looking = false;
    }
  }

  #refusal(): Failure {
    const left = Math.max(1_000, (this.#closed?.until ?? 0) - this.#now());
    const seconds = Math.ceil(left / 1_000);
    const what = `has failed ${this.#failures} times in a row, and is asked again in ${seconds} s`;
    return this.#refuse(what, left);
  }

  #isClosed(): boolean {
    return this.#closed !== undefined && within(this.#closed, this.#now());
  }

  #answered(): void {
    this.#failures = 0;
    this.#pause = SHORTEST;
    this.#closed = undefined;
  }

  #failed(looked: boolean): void {
    this.#failures += 1;
    if (this.#failures < PATIENCE) return;
    if (looked) this.#pause = Math.min(LONGEST, this.#pause * 2);
    const from = this.#now();
    this.#closed = { from, until: from + this.#pause };
  }
}
