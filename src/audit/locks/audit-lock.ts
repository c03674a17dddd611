import { readFile } from 'node:fs/promises';
import { basename, extname, resolve } from 'node:path';
import { parseDistributionFilename } from '../../domain/distribution-filename.js';
import { printable } from '../../inspection/printable.js';
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

/**
 * Judges what a lock or a requirements file would install.
 * @throws {AuditError} where the file's name is of no format that is read, or it cannot be read at all
 */
export async function auditLock(path: string, policy: AuditPolicy): Promise<AuditReport> {
  const file = resolve(path);
  const { format, releases, findings } = await readLock(file);
  const judged = releases.flatMap((release) => judgeLocked(release, policy));
  return {
    kind: 'lock',
    path: file,
    format,
    policy: policy.revision,
    counts: {
      releases: releases.length,
      notPinned: findings.filter(({ code }) => code === 'not-pinned').length,
    },
    findings: inOrder([...findings, ...judged, ...withoutTime(file, releases, policy)]),
  };
}

async function readLock(file: string): Promise<LockContent> {
  const name = basename(file);
  const known = BY_NAME.find((format) => format.name.test(name));
  if (known === undefined && !['.txt', '.in'].includes(extname(name)))
    throw new AuditError(
      `${file} is not a lock that is read here: requirements (*.txt, *.in), uv.lock, poetry.lock, pdm.lock, pylock.toml, Pipfile.lock`,
    );
  if (known === undefined) return await readRequirements(file);
  const content = await readFile(file);
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(content);
    return known.read(text, file);
  } catch (error) {
    if (!(error instanceof LockError) && !(error instanceof TypeError)) throw error;
    // The message quotes the lock, and a terminal obeys control characters.
    throw new AuditError(`${file}: ${printable(error.message, 300)}`);
  }
}

const UNKNOWN_FILE: LockedFile = {
  filename: undefined,
  sha256: undefined,
  uploadTime: undefined,
};

/** Asks about each artifact that the lock allows, or about the release where it names none. */
function judgeLocked(release: LockedRelease, policy: AuditPolicy): AuditFinding[] {
  const { project, version, file, line } = release;
  const findings = new Map<string, AuditFinding>();
  for (const one of filesOf(release)) {
    const byName = hitsOf(release, { ...one, sha256: undefined }, policy).map(({ rule }) => rule);
    for (const hit of hitsOf(release, one, policy)) {
      if (hit.rule === 'cooldown' && one.uploadTime === undefined) continue;
      const sha256 = byName.includes(hit.rule) ? undefined : one.sha256;
      const finding = releaseFinding(hit, { path: file, line, project, version, sha256 });
      // Ten wheels of one release are refused for one reason; of a cooldown the end of the last counts.
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

/** A cooldown that is in force and cannot be told is said once, not kept from sight. */
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
      `the lock gives no upload time for ${which}: cooldown not judged`,
      { path: file },
    ),
  ];
}
