import type { DeniedSince } from './denied-since.js';
import type { ExposureState } from './exposure-state.js';

export interface ExposureWatchParts {
  readonly load: () => Promise<ExposureState>;
  readonly save: (state: ExposureState) => Promise<void>;
  /** Looks through the log under the policy in force. */
  readonly search: () => Promise<readonly DeniedSince[]>;
  readonly onExposed: (exposed: DeniedSince) => void;
  readonly onError: (error: unknown) => void;
}

/**
 * After a policy edit, says once who had already been given what is denied now. In the background, one search at
 * a time; an edit during a search starts one more after it.
 */
export class ExposureWatch {
  readonly #parts: ExposureWatchParts;
  #state: ExposureState | undefined;
  #wanted: string | undefined;
  #searching: Promise<void> | undefined;

  constructor(parts: ExposureWatchParts) {
    this.#parts = parts;
  }

  /** @param revision of the policy that has come into force */
  check(revision: string): void {
    this.#wanted = revision;
    this.#searching ??= this.#work().finally(() => {
      this.#searching = undefined;
    });
  }

  /** Resolves once no search is under way. */
  async settled(): Promise<void> {
    while (this.#searching !== undefined) await this.#searching;
  }

  async #work(): Promise<void> {
    try {
      this.#state ??= await this.#parts.load();
      while (this.#wanted !== undefined && this.#wanted !== this.#state.revision) {
        const revision = this.#wanted;
        this.#state = await this.#search(this.#state, revision);
        await this.#parts.save(this.#state);
      }
    } catch (error) {
      this.#parts.onError(error);
    }
  }

  async #search(state: ExposureState, revision: string): Promise<ExposureState> {
    const told = new Set(state.told);
    for (const exposed of await this.#parts.search()) {
      const key = `${exposed.rule} ${exposed.project}/${exposed.filename} ${exposed.sha256}`;
      if (told.has(key)) continue;
      told.add(key);
      this.#parts.onExposed(exposed);
    }
    return { revision, told: [...told] };
  }
}
