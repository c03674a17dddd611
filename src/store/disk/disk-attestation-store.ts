import { createHash } from 'node:crypto';
import { join } from 'node:path';
import {
  type AttestationRecord,
  AttestationRecords,
  type KnownAttestations,
} from '../../domain/attestation.js';
import type { ProjectName } from '../../domain/project-name.js';
import { readAttestation, writeAttestation } from '../attestation-record.js';
import type { AttestationStore } from '../attestation-store.js';
import { ANY_FILES, type DiskFiles, NOT_OURS } from './disk-files.js';
import { ENDING, RememberedRecords, readRecordFile } from './remembered-records.js';

/** Raised when the verification changes: older records are ignored. */
export const ATTESTATIONS_VERSION = 2;
/** Number of records in memory; each takes a few hundred bytes. */
const MEMORY_RECORDS = 50_000;
/** Maximum number of files read per project; no real project has more. */
const MAX_RECORDS = 50_000;

/**
 * Attestations as small JSON files `<directory>/v2/<project>/<name's digest>.json`, each with the latest lookup of a
 * file, by its filename and digest. A project's folder is read once, then cached in memory while it is in use.
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
      add: (records, more) => {
        for (const record of more) records.add(record);
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
    const path = join(this.#directory, project, nameOf(record));
    await this.#files.write(path, Buffer.from(writeAttestation(record)));
    this.learn(project, record);
  }

  learn(project: ProjectName, ...records: readonly AttestationRecord[]): void {
    this.#records.learn(project, records);
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
    const record = readAttestation(text);
    // A file that is incomplete, or does not match its name, is ignored and looked up again.
    if (record !== undefined && nameOf(record) === name) records.add(record);
    else onUnreadable(path, NOT_OURS);
  }
  return records;
}

function nameOf({ filename, sha256 }: AttestationRecord): string {
  return createHash('sha256').update(`${sha256} ${filename}`).digest('hex').slice(0, 32) + ENDING;
}
