import type { ProjectName } from '../../domain/project-name.js';
import type { LockChange } from './lock-difference.js';
import type { LockedRelease } from './locked.js';

/** What a server knows of one locked file. */
export interface LockedFileFacts {
  readonly verdict: 'allow' | 'warn' | 'block';
  readonly rule: string | undefined;
  readonly reason: string | undefined;
  readonly reference: string | undefined;
  /** ISO 8601. */
  readonly uploaded: string | undefined;
  /** Whether it was opened there. */
  readonly inspected: boolean;
  /** Start-up hooks, by what they are called. */
  readonly hooks: readonly { readonly name: string; readonly sha256: string | undefined }[];
  /** Who attests it; empty where nobody does, undefined where that is not known. */
  readonly publishers: readonly string[] | undefined;
}

/** Asks a server; undefined where it knows nothing of the file. @throws where it does not answer at all */
export type AskFacts = (
  project: ProjectName,
  filename: string,
) => Promise<LockedFileFacts | undefined>;

/** What is known of a change beside what the locks say. */
export interface ChangeFacts {
  readonly change: LockChange;
  /** Milliseconds since 1970: when the first file of the new release was uploaded, where anybody says so. */
  readonly uploadTime: number | undefined;
  readonly now: LockedFileFacts | undefined;
  readonly before: LockedFileFacts | undefined;
}

/** So many releases are asked about: a lock that is all new is none that anybody reviews. */
const MOST = 200;

/**
 * Gathers it, one change after the other.
 * @param ask undefined where there is no server to ask
 */
export async function factsOfChanges(
  changes: readonly LockChange[],
  ask: AskFacts | undefined,
  onProgress: (done: number) => void,
): Promise<ChangeFacts[]> {
  const facts: ChangeFacts[] = [];
  for (const [index, change] of changes.entries()) {
    onProgress(index);
    const { project, from, to } = change;
    const asked = to === undefined || index >= MOST ? undefined : ask;
    const now = asked && to && (await factsOf(asked, project, to));
    const before = asked && from && (await factsOf(asked, project, from));
    const told = now?.uploaded === undefined ? Number.NaN : Date.parse(now.uploaded);
    const uploadTime = firstUpload(to) ?? (Number.isNaN(told) ? undefined : told);
    facts.push({ change, uploadTime, now, before });
  }
  return facts;
}

/** Of one of its files: a wheel where there is one. */
async function factsOf(
  ask: AskFacts,
  project: ProjectName,
  { files }: LockedRelease,
): Promise<LockedFileFacts | undefined> {
  const names = files.flatMap(({ filename }) => filename ?? []);
  const filename = names.find((name) => name.endsWith('.whl')) ?? names[0];
  return filename === undefined ? undefined : ask(project, filename);
}

function firstUpload(release: LockedRelease | undefined): number | undefined {
  const times = (release?.files ?? []).flatMap(({ uploadTime }) => uploadTime ?? []);
  return times.length === 0 ? undefined : times.reduce((a, b) => Math.min(a, b));
}

/** The hooks that the release before did not have; none where nobody has opened both. */
export function newHooks({ now, before, change }: ChangeFacts): readonly string[] {
  if (now === undefined || !now.inspected) return [];
  if (change.from !== undefined && before?.inspected !== true) return [];
  const known = new Set((before?.hooks ?? []).map(({ name, sha256 }) => `${name} ${sha256}`));
  const added = now.hooks.filter(({ name, sha256 }) => !known.has(`${name} ${sha256}`));
  return [...new Set(added.map(({ name }) => name))];
}

/** Whether it was attested by somebody whom the new release does not have. */
export function attestationChanged({ now, before }: ChangeFacts): boolean {
  const were = before?.publishers ?? [];
  if (were.length === 0 || now?.publishers === undefined) return false;
  return !now.publishers.some((publisher) => were.includes(publisher));
}
