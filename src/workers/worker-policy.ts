import { compilePolicy } from '../policy/compile.js';
import type { Policy, PolicySource } from '../policy/policy.js';
import type { PolicyText, ToPrimary } from './words.js';

/** A worker's side of the policy: the primary reads the files, and says when an edit takes effect. */
export class WorkerPolicy implements PolicySource {
  readonly #listeners: ((policy: Policy) => void)[] = [];
  #current: Policy;
  #prepared: Policy | undefined;

  constructor(primary: ToPrimary, { meaning, revision }: PolicyText) {
    this.#current = compilePolicy(meaning, revision);
    primary.onAsked('prepare-policy', async (next) => {
      this.#prepared = compilePolicy(next.meaning, next.revision);
      return undefined;
    });
    primary.onTold('policy', ({ revision }) => {
      const next = this.#prepared;
      if (next?.revision !== revision) return;
      this.#current = next;
      this.#prepared = undefined;
      for (const listener of this.#listeners) listener(next);
    });
  }

  get current(): Policy {
    return this.#current;
  }

  onChange(listener: (policy: Policy) => void): void {
    this.#listeners.push(listener);
  }
}
