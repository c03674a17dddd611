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

/** The files to show: a refused one whose rule says `index: hide` is left out. */
export function shownFiles({ page, verdicts }: JudgedPage): ShownFile[] {
  return page.files.flatMap((file, index): ShownFile[] => {
    const verdict = verdicts[index];
    const hit = verdict?.outcome === 'block' ? verdict.decisive : undefined;
    if (hit === undefined) return [{ file, yanked: file.yanked, refused: false }];
    if (hit.index === 'hide') return [];
    return [{ file, yanked: `refused by Wheelgate: ${hit.reason}`, refused: true }];
  });
}

/** The version of the simple API that our pages keep to (PEP 792). */
export const API_VERSION = '1.4';
