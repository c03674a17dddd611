import type { IndexFile, ProjectPage } from '../domain/project-page.js';
import type { Verdict } from '../domain/verdict.js';

/** A project page with what the policy makes of each of its files. */
export interface JudgedPage {
  readonly page: ProjectPage;
  /** In the order of `page.files`. */
  readonly verdicts: readonly Verdict[];
}

/** One file as it is shown: refused files are yanked, with the reason that installers print. */
export interface ShownFile {
  readonly file: IndexFile;
  readonly yanked: boolean | string;
  readonly refused: boolean;
}

/** How a file is shown; undefined where it is not: it is refused, and its rule says `index: hide`. */
export function shownFile(file: IndexFile, verdict: Verdict | undefined): ShownFile | undefined {
  const hit = verdict?.outcome === 'block' ? verdict.decisive : undefined;
  if (hit === undefined) return { file, yanked: file.yanked, refused: false };
  if (hit.index === 'hide') return undefined;
  return { file, yanked: `refused by Wheelgate: ${hit.reason}`, refused: true };
}

/**
 * Writes a page's files in pieces of some ten kilobytes, so that nobody waits for thousands of them.
 * @param write writes some files that follow one another
 */
export function* writeFiles(
  { page, verdicts }: JudgedPage,
  write: (shown: readonly ShownFile[]) => string,
  separator: string,
): Generator<string> {
  let some: ShownFile[] = [];
  let between = '';
  for (const [index, file] of page.files.entries()) {
    const shown = shownFile(file, verdicts[index]);
    if (shown !== undefined) some.push(shown);
    if (some.length < FILES_IN_A_PIECE) continue;
    yield between + write(some);
    between = separator;
    some = [];
  }
  if (some.length > 0) yield between + write(some);
}

const FILES_IN_A_PIECE = 64;

/** The version of the simple API that our pages keep to (PEP 792). */
export const API_VERSION = '1.4';
