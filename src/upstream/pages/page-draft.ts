import type { IndexFile, ProjectPage } from '../../domain/project-page.js';

/** An upstream's body in any format. */
export interface PageSource {
  readonly body: Uint8Array;
  readonly contentType: string;
  /** The URL after redirects, which is the base of relative file URLs. */
  readonly url: string;
}

/** The content common to all formats; the caller adds the rest. */
export interface PageDraft {
  /** The files with a valid name and URL, whose name belongs to this project. */
  readonly files: readonly IndexFile[];
  readonly versions?: readonly string[] | undefined;
  readonly status?: ProjectPage['status'];
  readonly meta?: ProjectPage['meta'];
  readonly extra?: ProjectPage['extra'];
}

/** Shared, because most files have no unknown keys. */
export const NO_EXTRA: IndexFile['extra'] = Object.freeze({});
