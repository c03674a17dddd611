import { createHash } from 'node:crypto';
import { join } from 'node:path';
import {
  type Attestation,
  type AttestationRecord,
  AttestationRecords,
  type KnownAttestations,
  type Signing,
} from '../../domain/attestation.js';
import { parseSha256 } from '../../domain/digest.js';
import type { ProjectName } from '../../domain/project-name.js';
import { parsePublisherId } from '../../domain/publisher.js';
import type { AttestationStore } from '../attestation-store.js';
import { ANY_FILES, type DiskFiles, NOT_OURS } from './disk-files.js';
import { ENDING, RememberedRecords, readRecordFile } from './remembered-records.js';

/** Raised when what counts as verified changes: records of before are not read. */
export const ATTESTATIONS_VERSION = 2;
/** Records that stay in memory; each takes a few hundred bytes. */
const MEMORY_RECORDS = 50_000;
/** Files of one project that are read; more would be no project. */
const MAX_RECORDS = 50_000;

/**
 * Attestations as small JSON files `<directory>/v2/<project>/<name's digest>.json`, the latest look at each file by its
 * filename and digest. A project's folder is read once, then kept in memory while it is in use.
 */
export class DiskAttestationStore implements AttestationStore {
  readonly #directory: string;
  readonly #files: DiskFiles;
  readonly #records: RememberedRecords<AttestationRecords, AttestationRecord>;

  constructor(directory: string, memoryRecords = MEMORY_RECORDS, files: DiskFiles = ANY_FILES) {
    this.#files = files;
    this.#directory = join(directory, `v${ATTESTATIONS_VERSION}`);
    this.#records = new RememberedRecords({
      directory: this.#directory,
      read: readRecords,
      add: (records, record) => {
        records.add(record);
        return records;
      },
      sizeOf: (records) => 1 + records.count,
      room: memoryRecords,
      derived: true,
      onUnreadable: files.onUnreadable,
    });
  }

  async known(project: ProjectName): Promise<KnownAttestations> {
    return this.#records.of(project);
  }

  async put(project: ProjectName, record: AttestationRecord): Promise<void> {
    const text = JSON.stringify({
      ...record,
      askAgainAt: record.askAgainAt === Infinity ? undefined : record.askAgainAt,
    });
    await this.#files.write(join(this.#directory, project, nameOf(record)), Buffer.from(text));
    this.learn(project, record);
  }

  learn(project: ProjectName, record: AttestationRecord): void {
    this.#records.learn(project, record);
  }
}

async function readRecords(
  folder: string,
  names: readonly string[],
  onUnreadable: DiskFiles['onUnreadable'],
): Promise<AttestationRecords> {
  const records = new AttestationRecords();
  for (const name of names.slice(0, MAX_RECORDS)) {
    const path = join(folder, name);
    const text = await readRecordFile(path, onUnreadable);
    if (text === undefined) continue;
    const record = readRecord(text);
    // A file that is torn, or says something else than its name, is as good as none: look again.
    if (record !== undefined && nameOf(record) === name) records.add(record);
    else onUnreadable(path, NOT_OURS);
  }
  return records;
}

function nameOf({ filename, sha256 }: AttestationRecord): string {
  return createHash('sha256').update(`${sha256} ${filename}`).digest('hex').slice(0, 32) + ENDING;
}

/** Checks the shape of what a file holds; undefined where it is not a whole record. */
function readRecord(text: string): AttestationRecord | undefined {
  let value: Record<string, unknown> | null;
  try {
    value = JSON.parse(text) as Record<string, unknown> | null;
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { filename, askAgainAt = Infinity } = value;
  const sha256 = parseSha256(value.sha256);
  const attestation = readAttestation(value.attestation);
  return typeof filename === 'string' &&
    typeof askAgainAt === 'number' &&
    sha256 !== undefined &&
    attestation !== undefined
    ? { filename, sha256, attestation, askAgainAt }
    : undefined;
}

function readAttestation(value: unknown): Attestation | undefined {
  const { kind, reason, publishers, signings } = (value ?? {}) as Record<string, unknown>;
  if ((kind === 'unverifiable' || kind === 'unreachable') && typeof reason === 'string')
    return { kind, reason };
  if (kind !== 'attested' || !Array.isArray(publishers) || publishers.length === 0)
    return undefined;
  const ids = publishers.map((text) => parsePublisherId(String(text)));
  if (!ids.every((id) => id !== undefined)) return undefined;
  return { kind, publishers: ids, ...(Array.isArray(signings) && { signings: read(signings) }) };
}

/** They are shown, and decide nothing: what cannot be read is left out. */
function read(signings: readonly unknown[]): Signing[] {
  return signings.flatMap((one) => {
    const value = (one ?? {}) as Record<string, unknown>;
    const publisher = parsePublisherId(String(value.publisher));
    if (publisher === undefined) return [];
    const { repository, workflow, loggedAt } = value;
    return {
      publisher,
      ...(typeof repository === 'string' && { repository }),
      ...(typeof workflow === 'string' && { workflow }),
      ...(typeof loggedAt === 'number' && { loggedAt }),
    };
  });
}
