import type { ProjectName } from '../../domain/project-name.js';
import type { LockChange } from './lock-difference.js';
import type { LockedRelease } from './locked.js';

/** A server's facts about one locked file. */
export interface LockedFileFacts {
  readonly verdict: 'allow' | 'warn' | 'block';
  readonly rule: string | undefined;
  readonly reason: string | undefined;
  readonly reference: string | undefined;
  /** ISO 8601. */
  readonly uploaded: string | undefined;
  /** Whether the server has inspected it. */
  readonly inspected: boolean;
  /** Start-up hooks by name. */
  readonly hooks: readonly { readonly name: string; readonly sha256: string | undefined }[];
  /** The publishers that attest it; empty if there are none, undefined if unknown. */
  readonly publishers: readonly string[] | undefined;
}

/** Queries a server; undefined if it has no facts about the file. @throws if the server does not respond */
export type AskFacts = (
  project: ProjectName,
  filename: string,
) => Promise<LockedFileFacts | undefined>;

/** The facts about a change that the locks do not contain. */
export interface ChangeFacts {
  readonly change: LockChange;
  /** When the first file of the new release was uploaded, in milliseconds since 1970, if known. */
  readonly uploadTime: number | undefined;
  readonly now: LockedFileFacts | undefined;
  readonly before: LockedFileFacts | undefined;
}

/** Maximum number of queried releases: nobody reviews a lock that is entirely new. */
const MOST = 200;

/** Gathers the facts, one change after another. @param ask undefined if there is no server */
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

/** The facts about one of its files, preferably a wheel. */
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

/** The hooks that the previous release did not have; empty unless both were inspected. */
export function newHooks({ now, before, change }: ChangeFacts): readonly string[] {
  if (now === undefined || !now.inspected) return [];
  if (change.from !== undefined && before?.inspected !== true) return [];
  const known = new Set((before?.hooks ?? []).map(({ name, sha256 }) => `${name} ${sha256}`));
  const added = now.hooks.filter(({ name, sha256 }) => !known.has(`${name} ${sha256}`));
  return [...new Set(added.map(({ name }) => name))];
}

/** Whether a publisher attested the previous release and not the new one. */
export function attestationChanged({ now, before }: ChangeFacts): boolean {
  const were = before?.publishers ?? [];
  if (were.length === 0 || now?.publishers === undefined) return false;
  return !now.publishers.some((publisher) => were.includes(publisher));
}
