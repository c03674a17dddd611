import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { isExhausted } from '../../domain/failure.js';
import type { SeenByName, SeenBytes } from '../../domain/integrity.js';
import type { ProjectName } from '../../domain/project-name.js';
import { readSeen, writeSeen } from '../seen-record.js';
import type { SeenStore } from '../seen-store.js';
import {
  ANY_FILES,
  type DiskFiles,
  isMissing,
  NOT_OURS,
  readPlainFile,
  reasonOf,
} from './disk-files.js';
import { ENDING, RememberedRecords } from './remembered-records.js';

/** Number of records in memory; each takes a few hundred bytes. */
const MEMORY_RECORDS = 50_000;

type Record = SeenBytes | 'unreadable';

/**
 * Small JSON files `<directory>/<upstream>/<project>/<filename>.json`, which people can read and remove. A project's
 * folder is read once, then cached in memory while it is in use.
 */
export class DiskSeenStore implements SeenStore {
  readonly #directory: string;
  readonly #files: DiskFiles;
  readonly #records: RememberedRecords<SeenByName, SeenBytes>;

  constructor(
    directory: string,
    memoryRecords = MEMORY_RECORDS,
    { derived, ...files }: DiskFiles & { readonly derived: boolean } = {
      ...ANY_FILES,
      derived: false,
    },
  ) {
    this.#files = files;
    this.#directory = directory;
    this.#records = new RememberedRecords<SeenByName, SeenBytes>({
      directory,
      read: readRecords,
      derived,
      onUnreadable: files.onUnreadable,
      add: (records, more) => {
        const all = new Map(records);
        for (const seen of more) all.set(seen.filename, seen);
        return all;
      },
      sizeOf: (records) => 1 + records.size,
      room: memoryRecords,
    });
  }

  async known(upstream: string, project: ProjectName): Promise<SeenByName> {
    return this.#records.of(join(upstream, project));
  }

  peek(upstream: string, project: ProjectName): SeenByName | undefined {
    return this.#records.peek(join(upstream, project));
  }

  read(upstream: string, project: ProjectName, filename: string): Promise<Record | undefined> {
    const { onUnreadable } = this.#files;
    return readFileOf(join(this.#directory, upstream, project), filename, onUnreadable);
  }

  async put(upstream: string, project: ProjectName, seen: SeenBytes): Promise<void> {
    const path = join(this.#directory, upstream, project, seen.filename + ENDING);
    await this.#files.write(path, Buffer.from(`${writeSeen(seen)}\n`));
    await syncFolder(dirname(path));
    this.learn(upstream, project, seen);
  }

  learn(upstream: string, project: ProjectName, ...seen: readonly SeenBytes[]): void {
    const known = this.peek(upstream, project);
    // The object stays the same until its content changes, so callers can keep it.
    const news = seen.filter((one) => !isDeepStrictEqual(known?.get(one.filename), one));
    if (news.length > 0) this.#records.learn(join(upstream, project), news);
  }

  forget(upstream?: string, project?: ProjectName): void {
    const isAll = upstream === undefined || project === undefined;
    this.#records.forget(isAll ? undefined : join(upstream, project));
  }
}

async function readRecords(
  folder: string,
  names: readonly string[],
  onUnreadable: DiskFiles['onUnreadable'],
): Promise<SeenByName> {
  const records = new Map<string, Record>();
  for (const name of names) {
    const filename = name.slice(0, -ENDING.length);
    // An unreadable file only makes its own record doubtful.
    const record = await readFileOf(folder, filename, onUnreadable);
    if (record !== undefined) records.set(filename, record);
  }
  return records;
}

async function readFileOf(
  folder: string,
  filename: string,
  onUnreadable: DiskFiles['onUnreadable'],
): Promise<Record | undefined> {
  const path = join(folder, filename + ENDING);
  try {
    const record = readSeen((await readPlainFile(path)).toString('utf8'), filename);
    if (record === 'unreadable') onUnreadable(path, NOT_OURS);
    return record;
  } catch (error) {
    if (isMissing(error)) return undefined;
    onUnreadable(path, reasonOf(error));
    // Not specific to this file: no file can be read at present.
    if (isExhausted(error)) throw error;
    return 'unreadable';
  }
}

/** Makes a new name in the folder survive a power failure, as far as the file system guarantees that. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}
