import type { ProjectName } from '../../domain/project-name.js';
import { releaseKey } from '../../domain/release-key.js';
import type { LockedRelease } from './locked.js';

/**
 * The change of one project in a lock: `added`, `removed`, `moved` to another version, or the same version with newly
 * allowed `files`.
 */
export interface LockChange {
  readonly kind: 'added' | 'moved' | 'files' | 'removed';
  readonly project: ProjectName;
  /** Undefined if it was added. */
  readonly from: LockedRelease | undefined;
  /** Undefined if it was removed. */
  readonly to: LockedRelease | undefined;
}

/**
 * The releases and files that a lock newly allows. A project may be locked in several versions, for several Pythons: versions in
 * both are unchanged, and the rest are paired in order.
 */
export function lockDifference(
  before: readonly LockedRelease[],
  after: readonly LockedRelease[],
): LockChange[] {
  const projects = new Set([...after, ...before].map(({ project }) => project));
  return [...projects].sort().flatMap((project) => {
    const of = (releases: readonly LockedRelease[]) =>
      releases.filter((release) => release.project === project);
    return changesOf(project, of(before), of(after));
  });
}

function changesOf(
  project: ProjectName,
  before: readonly LockedRelease[],
  after: readonly LockedRelease[],
): LockChange[] {
  const changes: LockChange[] = [];
  const kept = new Set<LockedRelease>();
  const added: LockedRelease[] = [];
  for (const to of after) {
    const from = before.find((one) => isSame(one, to));
    if (from === undefined) added.push(to);
    else {
      kept.add(from);
      if (hasOtherFiles(from, to)) changes.push({ kind: 'files', project, from, to });
    }
  }
  const gone = before.filter((one) => !kept.has(one));
  for (const [index, to] of added.entries()) {
    const from = gone[index];
    changes.push({ kind: from === undefined ? 'added' : 'moved', project, from, to });
  }
  for (const from of gone.slice(added.length))
    changes.push({ kind: 'removed', project, from, to: undefined });
  return changes;
}

function isSame(one: LockedRelease, other: LockedRelease): boolean {
  return releaseKey(one.version) === releaseKey(other.version);
}

/** Whether a digest was added. A release without digests already allowed all files. */
function hasOtherFiles(from: LockedRelease, to: LockedRelease): boolean {
  const known = digestsOf(from);
  return known.size > 0 && [...digestsOf(to)].some((digest) => !known.has(digest));
}

function digestsOf({ files }: LockedRelease): ReadonlySet<string> {
  return new Set(files.flatMap(({ sha256 }) => sha256 ?? []));
}
