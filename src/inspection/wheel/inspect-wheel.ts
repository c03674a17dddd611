import { createHash } from 'node:crypto';
import type { DistributionFilename } from '../../domain/distribution-filename.js';
import type { ByteSource } from '../byte-source.js';
import { HookInspector } from '../hooks/hook-inspector.js';
import { LOOKED_AT_BYTES } from '../limits.js';
import { asSha256, type Report, shown } from '../report.js';
import { foldsCase } from '../zip/check-names.js';
import { inflateEntry } from '../zip/inflate-entry.js';
import type { PlacedEntry } from '../zip/local-headers.js';
import { openZip } from '../zip/open-zip.js';
import { findDistInfo } from './dist-info.js';
import { checkEntryPoints, checkMetadata, checkWheelFile } from './metadata.js';
import { recordHash, WheelRecord } from './record.js';

/**
 * Inspects a wheel (PEP 427): the archive's structure, every member's data, RECORD, METADATA, WHEEL, and what
 * would run at start-up.
 */
export async function inspectWheel(
  source: ByteSource,
  name: DistributionFilename,
  report: Report,
): Promise<void> {
  const entries = openZip(source, foldsCase(name.filename), report);
  const files = entries.filter((entry) => !entry.isFolder);
  const hooks = new HookInspector(name.project, report);
  const distInfo = findDistInfo(
    files.map((entry) => entry.name),
    name,
    report,
  );
  const record = await readRecord(source, files, distInfo, report);
  const looks = looksFor(distInfo, name, report);
  for (const entry of files) {
    const look = looks.get(entry.name);
    const hook = hooks.announce(entry.name) === 'content';
    const needed = look !== undefined || hook || entry.hasDescriptor;
    if (report.limits.inflate === 'needed' && !needed) {
      record?.check(entry.name, undefined);
      continue;
    }
    const algorithm = record?.algorithmOf(entry.name);
    const content = await unpack(source, entry, look !== undefined || hook, algorithm, report);
    record?.check(entry.name, content?.digest);
    if (hook && content?.bytes === undefined) hooks.tooLarge(entry.name);
    else if (hook) hooks.look(entry.name, content!.bytes!);
    if (content?.bytes !== undefined) look?.(content.bytes, entry.name);
  }
  record?.finish();
  hooks.finish();
}

type Look = (bytes: Buffer, path: string) => void;

/** The members of `.dist-info` that are read whole, and what is looked for in each. */
function looksFor(
  distInfo: string | undefined,
  name: DistributionFilename,
  report: Report,
): Map<string, Look> {
  if (distInfo === undefined) return new Map();
  return new Map<string, Look>([
    [
      `${distInfo}/METADATA`,
      (bytes, path) => {
        report.metadataSha256 = asSha256(createHash('sha256').update(bytes).digest());
        checkMetadata(bytes, path, name, report);
      },
    ],
    [`${distInfo}/WHEEL`, (bytes, path) => checkWheelFile(bytes, path, report)],
    [`${distInfo}/entry_points.txt`, (bytes, path) => checkEntryPoints(bytes, path, report)],
  ]);
}

/** RECORD comes first, since it says how the others are to be hashed. */
async function readRecord(
  source: ByteSource,
  files: readonly PlacedEntry[],
  distInfo: string | undefined,
  report: Report,
): Promise<WheelRecord | undefined> {
  if (distInfo === undefined) return undefined;
  const has = (file: string) => files.some((entry) => entry.name === `${distInfo}/${file}`);
  if (!has('METADATA')) report.add('metadata-missing', `${shown(distInfo)} has no METADATA`);
  if (!has('WHEEL')) report.add('wheel-file-invalid', `${shown(distInfo)} has no WHEEL`);
  const entry = files.find((file) => file.name === `${distInfo}/RECORD`);
  if (entry === undefined) {
    report.add('record-missing', `${shown(distInfo)} has no RECORD`);
    return undefined;
  }
  const content = await unpack(source, entry, true, undefined, report);
  if (content?.bytes === undefined) {
    report.add('record-malformed', `${shown(entry.name)} cannot be read`);
    return undefined;
  }
  return new WheelRecord(content.bytes, entry.name, report);
}

interface Content {
  /** By RECORD's algorithm, where it has one for this member. */
  readonly digest: Buffer | undefined;
  /** Kept only where it was asked for, and small enough to be looked at. */
  readonly bytes: Buffer | undefined;
}

/** Unpacks one member through its hashes. Undefined where its data is broken; the report says how. */
export async function unpack(
  source: ByteSource,
  entry: PlacedEntry,
  keep: boolean,
  algorithm: string | undefined,
  report: Report,
): Promise<Content | undefined> {
  const sha256 = createHash('sha256');
  const other =
    algorithm === undefined || algorithm === 'sha256' ? undefined : recordHash(algorithm);
  const kept: Buffer[] = [];
  const keeping = keep && entry.uncompressedSize <= LOOKED_AT_BYTES;
  const whole = await inflateEntry(source, entry, report, (chunk) => {
    sha256.update(chunk);
    other?.update(chunk);
    if (keeping) kept.push(Buffer.from(chunk));
  });
  if (!whole) return undefined;
  const digest = sha256.digest();
  report.addDigest(digest);
  return {
    digest: algorithm === undefined ? undefined : (other?.digest() ?? digest),
    bytes: keeping ? Buffer.concat(kept) : undefined,
  };
}
