import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LRUCache } from 'lru-cache';
import {
  type Attestation,
  type AttestationRecord,
  AttestationRecords,
  type KnownAttestations,
} from '../../domain/attestation.js';
import { parseSha256 } from '../../domain/digest.js';
import type { ProjectName } from '../../domain/project-name.js';
import { parsePublisherId } from '../../domain/publisher.js';
import type { AttestationStore } from '../attestation-store.js';
import { writeAtomically } from './atomic-file.js';

/** Raised when what counts as verified changes: records of before are not read. */
const VERSION = 2;
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
  readonly #projects: LRUCache<ProjectName, AttestationRecords>;
  readonly #loading = new Map<ProjectName, Promise<AttestationRecords>>();

  constructor(directory: string, memoryRecords = MEMORY_RECORDS) {
    this.#directory = join(directory, `v${VERSION}`);
    this.#projects = new LRUCache({
      maxSize: memoryRecords,
      sizeCalculation: (records) => 1 + records.count,
    });
  }

  async known(project: ProjectName): Promise<KnownAttestations> {
    return this.#of(project);
  }

  async put(project: ProjectName, record: AttestationRecord): Promise<void> {
    const path = join(this.#directory, project, `${nameOf(record)}.json`);
    const text = JSON.stringify({
      ...record,
      askAgainAt: record.askAgainAt === Infinity ? undefined : record.askAgainAt,
    });
    await writeAtomically(path, Buffer.from(text));
    await this.#of(project);
    this.learn(project, record);
  }

  learn(project: ProjectName, record: AttestationRecord): void {
    const known = this.#projects.get(project);
    if (known !== undefined) {
      known.add(record);
      // Once more, for its size has changed.
      this.#projects.set(project, known);
    }
    // Whoever reads the folder just now may have read it before the record was there.
    else
      void this.#loading
        .get(project)
        ?.then(() => this.learn(project, record))
        .catch(() => {});
  }

  #of(project: ProjectName): Promise<AttestationRecords> {
    const known = this.#projects.get(project);
    if (known !== undefined) return Promise.resolve(known);
    const running = this.#loading.get(project);
    if (running !== undefined) return running;
    const loading = this.#load(project)
      .then((records) => {
        this.#projects.set(project, records);
        return records;
      })
      .finally(() => this.#loading.delete(project));
    this.#loading.set(project, loading);
    return loading;
  }

  async #load(project: ProjectName): Promise<AttestationRecords> {
    const folder = join(this.#directory, project);
    const records = new AttestationRecords();
    for (const name of (await namesIn(folder)).slice(0, MAX_RECORDS)) {
      if (!name.endsWith('.json') || name.startsWith('.')) continue;
      const record = readRecord(await readFile(join(folder, name), 'utf8').catch(() => ''));
      // A file that cannot be read, is torn, or says something else than its name, is as good as none: look again.
      if (record !== undefined && `${nameOf(record)}.json` === name) records.add(record);
    }
    return records;
  }
}

function nameOf({ filename, sha256 }: AttestationRecord): string {
  return createHash('sha256').update(`${sha256} ${filename}`).digest('hex').slice(0, 32);
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw error;
  });
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
  const { kind, reason, publishers } = (value ?? {}) as Record<string, unknown>;
  if ((kind === 'unverifiable' || kind === 'unreachable') && typeof reason === 'string')
    return { kind, reason };
  if (kind !== 'attested' || !Array.isArray(publishers) || publishers.length === 0)
    return undefined;
  const ids = publishers.map((text) => parsePublisherId(String(text)));
  return ids.every((id) => id !== undefined) ? { kind, publishers: ids } : undefined;
}
