import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { LRUCache } from 'lru-cache';
import { type DiskFiles, isMissing, readPlainFile, reasonOf } from './disk-files.js';

export interface RecordParts<Records extends object, Record> {
  /** Contains a folder for each project. */
  readonly directory: string;
  /** All records of a project, from its filenames. The content of an unreadable file is missing, which is reported. */
  readonly read: (
    folder: string,
    names: readonly string[],
    onUnreadable: DiskFiles['onUnreadable'],
  ) => Promise<Records>;
  /** Adds further records. @returns the records to use from now on, possibly the same object */
  readonly add: (records: Records, more: readonly Record[]) => Records;
  /** The memory use of a project's records. */
  readonly sizeOf: (records: Records) => number;
  /** The limit of all records in memory, in the unit of `sizeOf`. */
  readonly room: number;
  /** Whether the records can be recreated: an unreadable folder then counts as empty, without an error. */
  readonly derived: boolean;
  /** See `DiskFiles`. */
  readonly onUnreadable: DiskFiles['onUnreadable'];
}

/** Incompletely read records are cached this long, in milliseconds: then they may be readable. */
const DOUBTFUL = 5_000;

/** The extension of a record's file. */
export const ENDING = '.json';

/**
 * Records as small files in one folder per project: read together once, then cached in memory while they are in use.
 * @typeParam Records of one project, in memory
 */
export class RememberedRecords<Records extends object, Record> {
  readonly #parts: RecordParts<Records, Record>;
  readonly #remembered: LRUCache<string, Records>;
  readonly #reading = new Map<string, Promise<Records>>();

  constructor(parts: RecordParts<Records, Record>) {
    this.#parts = parts;
    this.#remembered = new LRUCache({ maxSize: parts.room, sizeCalculation: parts.sizeOf });
  }

  /** All records of a project. Rejects if its folder is unreadable. */
  of(project: string): Records | Promise<Records> {
    return this.#remembered.get(project) ?? this.#reading.get(project) ?? this.#begin(project);
  }

  /** The same, if it is in memory. */
  peek(project: string): Records | undefined {
    return this.#remembered.get(project);
  }

  /** Accepts records that were written here or by another process. */
  learn(project: string, more: readonly Record[]): void {
    const records = this.#remembered.get(project);
    if (records !== undefined) {
      const ttl = this.#remembered.getRemainingTTL(project);
      // The cache would not recompute the size of an object that it already contains.
      this.#remembered.delete(project);
      this.#remembered.set(
        project,
        this.#parts.add(records, more),
        ttl === Infinity ? {} : { ttl },
      );
    }
    // A concurrent read of the folder may have missed the record.
    else
      void this.#reading
        .get(project)
        ?.then(() => this.learn(project, more))
        .catch(() => {});
  }

  /** Discards outdated memory: of a project, or of all. */
  forget(project?: string): void {
    if (project === undefined) this.#remembered.clear();
    else this.#remembered.delete(project);
  }

  #begin(project: string): Promise<Records> {
    let isWhole = true;
    const onUnreadable: DiskFiles['onUnreadable'] = (path, why) => {
      isWhole = false;
      this.#parts.onUnreadable(path, why);
    };
    const reading = this.#read(join(this.#parts.directory, project), onUnreadable)
      .then((records) => {
        this.#remembered.set(project, records, isWhole ? {} : { ttl: DOUBTFUL });
        return records;
      })
      .finally(() => this.#reading.delete(project));
    this.#reading.set(project, reading);
    return reading;
  }

  async #read(folder: string, onUnreadable: DiskFiles['onUnreadable']): Promise<Records> {
    const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
      if (isMissing(error)) return [];
      onUnreadable(folder, reasonOf(error));
      if (this.#parts.derived) return [];
      throw error;
    });
    // The least recently used are removed first (`bound-records.ts`); the time itself need not be durable.
    const now = Date.now() / 1_000;
    if (names.length > 0) await utimes(folder, now, now).catch(() => {});
    // A file that is being written has a name with a leading dot.
    const whole = names.filter((name) => name.endsWith(ENDING) && !name.startsWith('.'));
    return this.#parts.read(folder, whole, onUnreadable);
  }
}

/** The text of a record's file; undefined if it was removed, or is unreadable, which is reported. */
export async function readRecordFile(
  path: string,
  onUnreadable: DiskFiles['onUnreadable'],
): Promise<string | undefined> {
  try {
    return (await readPlainFile(path)).toString('utf8');
  } catch (error) {
    if (!isMissing(error)) onUnreadable(path, reasonOf(error));
    return undefined;
  }
}
