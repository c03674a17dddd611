import { open, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LRUCache } from 'lru-cache';
import { parseSha256 } from '../../domain/digest.js';
import { readHashes } from '../../domain/hashes.js';
import type { SeenByName, SeenBytes } from '../../domain/integrity.js';
import type { ProjectName } from '../../domain/project-name.js';
import type { SeenStore } from '../seen-store.js';
import { writeAtomically } from './atomic-file.js';

/** Records that stay in memory; each takes a few hundred bytes. */
const MEMORY_RECORDS = 50_000;
const ENDING = '.json';

type Record = SeenBytes | 'unreadable';

/**
 * Small JSON files `<directory>/<upstream>/<project>/<filename>.json`, for people to read and remove. A project's folder
 * is read once, then kept in memory while it is in use.
 */
export class DiskSeenStore implements SeenStore {
  readonly #directory: string;
  readonly #projects: LRUCache<string, SeenByName>;
  readonly #loading = new Map<string, Promise<SeenByName>>();

  constructor(directory: string, memoryRecords = MEMORY_RECORDS) {
    this.#directory = directory;
    this.#projects = new LRUCache({
      maxSize: memoryRecords,
      sizeCalculation: (records) => 1 + records.size,
    });
  }

  async known(upstream: string, project: ProjectName): Promise<SeenByName> {
    const folder = join(upstream, project);
    return this.#projects.get(folder) ?? this.#loading.get(folder) ?? this.#begin(folder);
  }

  peek(upstream: string, project: ProjectName): SeenByName | undefined {
    return this.#projects.get(join(upstream, project));
  }

  read(upstream: string, project: ProjectName, filename: string): Promise<Record | undefined> {
    return this.#read(join(upstream, project), filename);
  }

  async put(upstream: string, project: ProjectName, seen: SeenBytes): Promise<void> {
    const { filename, sha256, hashes, declared } = seen;
    const path = join(this.#directory, upstream, project, filename + ENDING);
    const text = `${JSON.stringify({ filename, sha256, hashes, declared }, undefined, 2)}\n`;
    await writeAtomically(path, Buffer.from(text));
    await settleFolder(dirname(path));
    this.learn(upstream, project, seen);
  }

  learn(upstream: string, project: ProjectName, seen: SeenBytes): void {
    const folder = join(upstream, project);
    const known = this.#projects.get(folder);
    if (known !== undefined) this.#projects.set(folder, new Map(known).set(seen.filename, seen));
    // Whoever reads the folder just now may have read it before the record was there.
    else
      void this.#loading
        .get(folder)
        ?.then(() => this.learn(upstream, project, seen))
        .catch(() => {});
  }

  forget(upstream?: string, project?: ProjectName): void {
    if (upstream === undefined || project === undefined) this.#projects.clear();
    else this.#projects.delete(join(upstream, project));
  }

  #begin(folder: string): Promise<SeenByName> {
    const loading = this.#load(folder)
      .then((records) => {
        this.#projects.set(folder, records);
        return records;
      })
      .finally(() => this.#loading.delete(folder));
    this.#loading.set(folder, loading);
    return loading;
  }

  async #load(folder: string): Promise<SeenByName> {
    const records = new Map<string, Record>();
    for (const name of await namesIn(join(this.#directory, folder))) {
      if (!name.endsWith(ENDING) || name.startsWith('.')) continue;
      const filename = name.slice(0, -ENDING.length);
      const record = await this.#read(folder, filename);
      if (record !== undefined) records.set(filename, record);
    }
    return records;
  }

  async #read(folder: string, filename: string): Promise<Record | undefined> {
    const path = join(this.#directory, folder, filename + ENDING);
    try {
      return readRecord(await readFile(path, 'utf8'), filename);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }
}

/** A new name in the folder is there after a power cut, too, as far as the file system can promise that. */
async function settleFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
}

/** A file that is torn, or is of another file than its name says, may hide what it was to keep. */
function readRecord(text: string, filename: string): Record {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'unreadable';
  }
  if (typeof value !== 'object' || value === null) return 'unreadable';
  const record: { filename?: unknown; sha256?: unknown; hashes?: unknown; declared?: unknown } =
    value;
  const sha256 = parseSha256(record.sha256);
  const { hashes, doubt } = readHashes(Object.entries(record.hashes ?? {}));
  if (record.filename !== filename || sha256 === undefined || doubt !== undefined)
    return 'unreadable';
  return { filename, sha256, hashes, ...(record.declared === true && { declared: true }) };
}
