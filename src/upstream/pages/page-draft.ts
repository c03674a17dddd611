import type { IndexFile, ProjectPage } from '../../domain/project-page.js';

/** An upstream's body, in whichever form it came. */
export interface PageSource {
  readonly body: Uint8Array;
  readonly contentType: string;
  /** The URL that answered: relative file URLs start from it. */
  readonly url: string;
}

/** What the forms have in common; the rest is the caller's knowledge. */
export interface PageDraft {
  /** Those that can be named and fetched, and are this project's by their name. */
  readonly files: readonly IndexFile[];
  readonly versions?: readonly string[] | undefined;
  readonly status?: ProjectPage['status'];
  readonly meta?: ProjectPage['meta'];
  readonly extra?: ProjectPage['extra'];
}

/** Most files have no key that we do not know. */
export const NO_EXTRA: IndexFile['extra'] = Object.freeze({});
