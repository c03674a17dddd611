import type { PageVerdicts } from '../verdicts/judge.js';
import type { LoadedPage } from './page-reader.js';

/** The known facts about a page's files after probing. */
export interface Looked {
  readonly known: PageVerdicts;
  /** Milliseconds since 1970: when it is worth looking again (Infinity: never). */
  readonly until: number;
}

/** Probes unknown files before a page lists them. */
export interface PageProbes {
  /**
   * Probes the files that a client would choose first, within the time that a page may wait. Rejects only with the
   * judge's errors.
   * @param known the known facts about the page's files
   * @returns undefined at once if there is nothing to probe
   */
  look(loaded: LoadedPage, known: PageVerdicts): Promise<Looked> | undefined;
}
