import { releaseKey } from '../domain/release-key.js';
import type { Subject } from '../domain/subject.js';
import { newestRelease } from '../project-pages/newest-release.js';
import type { ProjectPages } from '../project-pages/project-pages.js';
import type { FindingsStore } from '../store/findings-store.js';

/** The newest release that a client can install. */
export interface NewestAllowed {
  readonly version: string;
  /** Command to run. */
  readonly command: string;
  /** Whether the allowed file is in the same release as the refused file. */
  readonly sameRelease: boolean;
  /** Whether a file of the release has been inspected. Otherwise its contents can still cause a refusal. */
  readonly inspected: boolean;
}

/** Undefined if no file of the project is allowed. */
export async function newestAllowed(
  parts: {
    readonly pages: Pick<ProjectPages, 'judged'>;
    readonly findings: Pick<FindingsStore, 'known'>;
  },
  { project, version }: Subject,
): Promise<NewestAllowed | undefined> {
  const { page, verdicts } = await parts.pages.judged(project);
  const isOffered = (index: number) =>
    verdicts[index]?.outcome !== 'block' && page.files[index]!.yanked === false;
  const newest = newestRelease(page.files, (_, index) => isOffered(index));
  if (newest === undefined) return undefined;
  const known = await parts.findings.known(project);
  const inspected = page.files.some(
    ({ name, sha256 }, index) =>
      name.version !== undefined &&
      releaseKey(name.version) === newest.key &&
      isOffered(index) &&
      sha256 !== undefined &&
      known.get(sha256, name.filename) !== undefined,
  );
  return {
    version: newest.version,
    command: `pip install ${project}==${newest.version}`,
    sameRelease: version !== undefined && releaseKey(version) === newest.key,
    inspected,
  };
}
