import type { PageVerdicts } from '../verdicts/judge.js';
import type { LoadedPage } from './page-reader.js';

/** What is known of a page's files after a look into them. */
export interface Looked {
  readonly known: PageVerdicts;
  /** Milliseconds since 1970: when it is worth looking again (Infinity: never). */
  readonly until: number;
}

/** A look into files of which nothing is known, before a page lists them. */
export interface PageProbes {
  /**
   * Looks into the files that a client would pick first, for as long as a page may wait. Never rejects but as the judge does.
   * @param known what is known of the page's files
   * @returns undefined at once where there is nothing to look into
   */
  look(loaded: LoadedPage, known: PageVerdicts): Promise<Looked> | undefined;
}
