import { readFile } from 'node:fs/promises';
import { basename, extname, resolve } from 'node:path';
import { redactUrls } from '../../domain/credentials.js';
import { parseDistributionFilename } from '../../domain/distribution-filename.js';
import { printable } from '../../inspection/printable.js';
import { lockedElsewhere } from '../../messages/commands.js';
import type { AuditPolicy } from '../audit-policy.js';
import { releaseFinding } from '../release-finding.js';
import {
  AuditError,
  type AuditFinding,
  type AuditReport,
  auditFinding,
  inOrder,
} from '../report.js';
import type { LockContent, LockedFile, LockedRelease } from './locked.js';
import { readPdmLock } from './pdm-lock.js';
import { readPipfileLock } from './pipfile-lock.js';
import { readPoetryLock } from './poetry-lock.js';
import { readPylock } from './pylock.js';
import { readRequirements } from './requirements.js';
import { LockError } from './toml-lock.js';
import { readUvLock } from './uv-lock.js';

type TextReader = (text: string, file: string) => LockContent;

const BY_NAME: readonly { readonly name: RegExp; readonly read: TextReader }[] = [
  { name: /^uv\.lock$/, read: readUvLock },
  { name: /^poetry\.lock$/, read: readPoetryLock },
  { name: /^pdm\.lock$/, read: readPdmLock },
  { name: /^pylock(?:\.[^.]+)?\.toml$/, read: readPylock },
  { name: /^Pipfile\.lock$/, read: readPipfileLock },
];

/** A lock or a requirements file with its content. */
export interface ReadLock {
  /** Its path, or its other name. */
  readonly file: string;
  readonly content: LockContent;
}

/**
 * Judges the releases that a lock or a requirements file would install. @param index the URL of our index; undefined
 * accepts any
 */
export function auditLock(
  { file, content }: ReadLock,
  policy: AuditPolicy,
  index?: string,
): AuditReport {
  const { format, releases, findings } = content;
  return {
    kind: 'lock',
    path: file,
    format,
    policy: policy.revision,
    counts: {
      releases: releases.length,
      notPinned: findings.filter(({ code }) => code === 'not-pinned').length,
    },
    findings: inOrder([
      ...findings,
      ...auditReleases(file, releases, policy),
      ...otherIndexes(file, releases, index),
      ...furtherPlaces(content, index),
    ]),
  };
}

/** The policy's verdicts on the releases of a lock. */
export function auditReleases(
  file: string,
  releases: readonly LockedRelease[],
  policy: AuditPolicy,
): AuditFinding[] {
  const judged = releases.flatMap((release) => judgeLocked(release, policy));
  return [...judged, ...withoutTime(file, releases, policy)];
}

/**
 * Reads a lock or a requirements file with all its included files.
 * @param name a path or name that determines the format, if the file's own does not
 * @throws {AuditError} if the name has no supported format, or the file cannot be read
 */
export async function readLock(path: string, name = path): Promise<ReadLock> {
  const file = resolve(path);
  const content = isRequirements(name)
    ? await readRequirements(file)
    : readLockText(file, await readFile(file), name);
  return { file, content };
}

/** Whether it is parsed by pip's rules, and may include other files. */
export function isRequirements(name: string): boolean {
  return formatOf(name) === undefined && ['.txt', '.in'].includes(extname(name));
}

/** The name that determines a lock's format: its own if it is a lock's name, or that of the lock for comparison. */
export function formatName(own: string, other: string): string {
  return formatOf(own) === undefined ? other : own;
}

function formatOf(file: string) {
  const name = basename(file);
  return BY_NAME.find((format) => format.name.test(name));
}

/** Reads a lock without included files. @throws {AuditError} as above */
export function readLockText(file: string, content: Uint8Array, name = file): LockContent {
  const known = formatOf(name);
  if (known === undefined)
    throw new AuditError(
      `${file} is not a supported lock file; supported: requirements (*.txt, *.in), uv.lock, poetry.lock, pdm.lock, pylock.toml, Pipfile.lock`,
    );
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(content);
    return known.read(text, file);
  } catch (error) {
    if (!(error instanceof LockError) && !(error instanceof TypeError)) throw error;
    // The message quotes the lock, and a terminal would interpret control characters.
    throw new AuditError(`${file}: ${printable(error.message, 300)}`);
  }
}

const UNKNOWN_FILE: LockedFile = {
  filename: undefined,
  sha256: undefined,
  uploadTime: undefined,
};

/** Releases that are locked from another index, so the gate never sees them. One finding per place. */
export function otherIndexes(
  file: string,
  releases: readonly LockedRelease[],
  ours: string | undefined,
): AuditFinding[] {
  if (ours === undefined) return [];
  const others = new Map<string, LockedRelease[]>();
  for (const release of releases)
    for (const place of otherPlaces(release, ours))
      others.set(place, [...(others.get(place) ?? []), release]);
  return [...others].map(([place, from]) => {
    const releases = from.length === 1 ? from[0]!.project : from.length;
    const detail = lockedElsewhere(releases, redactUrls(place), redactUrls(ours));
    return auditFinding('other-index', detail, { path: file, line: from[0]!.line });
  });
}

/** The index that it is locked from, or else the origins of its files, which clients use regardless of the index. */
function otherPlaces({ index, files }: LockedRelease, ours: string): Set<string> {
  if (index !== undefined && !isOurs(index, ours)) return new Set([index]);
  const urls = files.flatMap(({ url }) => (url !== undefined && isWeb(url) ? [url] : []));
  return new Set(urls.filter((url) => !isOurs(url, ours)).map((url) => `${new URL(url).origin}/`));
}

/** Additional places that clients may take any release from. */
export function furtherPlaces(
  { alsoFrom = [] }: LockContent,
  ours: string | undefined,
): AuditFinding[] {
  if (ours === undefined) return [];
  return alsoFrom
    .filter(({ url }) => isWeb(url) && !isOurs(url, ours))
    .map(({ url, file, line }) =>
      auditFinding(
        'other-index',
        `any release may also come from ${redactUrls(url)} instead of ${redactUrls(ours)}, and then bypasses the gate`,
        { path: file, line },
      ),
    );
}

/** A local path or a reference within a page is not a separate place. */
function isWeb(url: string): boolean {
  return /^https?:/i.test(url) && URL.canParse(url);
}

/** Compares host and port: the path depends on the index, and credentials on the user. */
function isOurs(index: string, ours: string): boolean {
  if (!URL.canParse(index) || !URL.canParse(ours)) return false;
  const [one, other] = [new URL(index), new URL(ours)];
  return placeOf(one) === placeOf(other);
}

/** One name for all names of the local machine: `localhost`, a loopback or wildcard address. */
function placeOf({ hostname, host, port, protocol }: URL): string {
  const isLoopback = /^(?:localhost|(?:.*\.)localhost|127(?:\.\d+){3}|0\.0\.0\.0|\[::1?\])$/.test(
    hostname,
  );
  return isLoopback ? `localhost:${port || (protocol === 'https:' ? '443' : '80')}` : host;
}

/** Judges each artifact that the lock allows, or the release if the lock names no files. */
function judgeLocked(release: LockedRelease, policy: AuditPolicy): AuditFinding[] {
  const { project, version, file, line } = release;
  const findings = new Map<string, AuditFinding>();
  for (const one of filesOf(release)) {
    const byName = hitsOf(release, { ...one, sha256: undefined }, policy).map(({ rule }) => rule);
    for (const hit of hitsOf(release, one, policy)) {
      if (hit.rule === 'cooldown' && one.uploadTime === undefined) continue;
      const sha256 = byName.includes(hit.rule) ? undefined : one.sha256;
      const finding = releaseFinding(hit, { path: file, line, project, version, sha256 });
      // Ten wheels of one release are refused for one reason; for a cooldown, the latest end counts.
      const key = `${hit.rule} ${hit.until === undefined ? finding.detail : ''}`;
      const earlier = findings.get(key);
      if (earlier === undefined || (finding.until ?? '') > (earlier.until ?? ''))
        findings.set(key, finding);
    }
  }
  return [...findings.values()];
}

function filesOf({ files }: LockedRelease): readonly LockedFile[] {
  return files.length === 0 ? [UNKNOWN_FILE] : files;
}

function hitsOf({ project, version }: LockedRelease, one: LockedFile, policy: AuditPolicy) {
  const { filename, sha256, uploadTime } = one;
  const kind = filename === undefined ? undefined : parseDistributionFilename(filename)?.kind;
  return policy.release({ project, version, filename, kind, sha256, uploadTime });
}

/** A cooldown that cannot be evaluated is reported once, instead of hidden. */
function withoutTime(
  file: string,
  releases: readonly LockedRelease[],
  policy: AuditPolicy,
): AuditFinding[] {
  const unknown = releases.filter((release) =>
    filesOf(release).some(
      (one) =>
        one.uploadTime === undefined &&
        hitsOf(release, one, policy).some(({ rule }) => rule === 'cooldown'),
    ),
  );
  if (unknown.length === 0) return [];
  const which = unknown.length === 1 ? `${unknown[0]!.project}` : `${unknown.length} releases`;
  return [
    auditFinding(
      'cooldown-not-judged',
      `the lock has no upload time for ${which}: cooldown not judged`,
      { path: file },
    ),
  ];
}
