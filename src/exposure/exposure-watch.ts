import type { DeniedSearch, DeniedSince, ToldOf } from './denied-since.js';
import type { ExposureState } from './exposure-state.js';

export interface ExposureWatchParts {
  readonly load: () => Promise<ExposureState>;
  readonly save: (state: ExposureState) => Promise<void>;
  /** Looks through the log under the policy in force. */
  readonly search: (told: ToldOf) => Promise<DeniedSearch>;
  readonly onExposed: (exposed: DeniedSince) => void;
  /** A search has ended. @param gaps the unreadable parts of the log, which is searched again later */
  readonly onSearched: (gaps: readonly string[]) => void;
  readonly onError: (error: unknown) => void;
  /** Calls back after a while. */
  readonly later: (work: () => void) => void;
}

/**
 * After a policy edit, reports once the clients that received a file that is now denied. In the background, one search
 * at a time; an edit during a search starts another one afterwards. An incomplete search is repeated.
 */
export class ExposureWatch {
  readonly #parts: ExposureWatchParts;
  #state: ExposureState | undefined;
  #wanted: string | undefined;
  #searching: Promise<void> | undefined;
  #closed = false;

  constructor(parts: ExposureWatchParts) {
    this.#parts = parts;
  }

  /** @param revision of the policy that took effect */
  check(revision: string): void {
    this.#wanted = revision;
    this.#searching ??= this.#work().finally(() => {
      this.#searching = undefined;
    });
  }

  /** Resolves when no search is running. */
  async settled(): Promise<void> {
    while (this.#searching !== undefined) await this.#searching;
  }

  /** Starts no further searches. Resolves when no search is running. */
  close(): Promise<void> {
    this.#closed = true;
    return this.settled();
  }

  async #work(): Promise<void> {
    try {
      this.#state ??= await this.#parts.load();
      while (!this.#closed && this.#wanted !== undefined && this.#wanted !== this.#state.revision) {
        const revision: string = this.#wanted;
        const { news, told, gaps } = await this.#parts.search(this.#state.told);
        for (const exposed of news) this.#parts.onExposed(exposed);
        this.#state = { revision: gaps.length === 0 ? revision : undefined, told };
        await this.#parts.save(this.#state);
        this.#parts.onSearched(gaps);
        if (gaps.length > 0 && this.#wanted === revision) return this.#again(revision);
      }
    } catch (error) {
      this.#parts.onError(error);
      if (this.#wanted !== undefined) this.#again(this.#wanted);
    }
  }

  #again(revision: string): void {
    this.#parts.later(() => {
      if (!this.#closed && this.#wanted === revision) this.check(revision);
    });
  }
}
