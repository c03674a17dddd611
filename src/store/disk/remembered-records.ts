import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { LRUCache } from 'lru-cache';
import { type DiskFiles, isMissing, readPlainFile, reasonOf } from './disk-files.js';

export interface RecordParts<Records extends object, Record> {
  /** Below it lies a folder for each project. */
  readonly directory: string;
  /** All records of a project, from the names of its files. A file that cannot be read costs what it tells, and is told. */
  readonly read: (
    folder: string,
    names: readonly string[],
    onUnreadable: DiskFiles['onUnreadable'],
  ) => Promise<Records>;
  /** Takes further records over. @returns the records to go on with, which may be the same object */
  readonly add: (records: Records, more: readonly Record[]) => Records;
  /** What a project's records take of the memory. */
  readonly sizeOf: (records: Records) => number;
  /** What all that is remembered may take, in the unit of `sizeOf`. */
  readonly room: number;
  /** Where the records can be found out again: a folder that cannot be read counts as none, and stops nothing. */
  readonly derived: boolean;
  /** See `DiskFiles`. */
  readonly onUnreadable: DiskFiles['onUnreadable'];
}

/** What could not be read whole is remembered for so long, in milliseconds: then it may well be readable. */
const DOUBTFUL = 5_000;

/** The ending of a record's file. */
export const ENDING = '.json';

/**
 * Records that lie as small files in a folder a project: read as a whole once, then remembered while they are in use.
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

  /** All of a project. Rejects where its folder cannot be read. */
  of(project: string): Records | Promise<Records> {
    return this.#remembered.get(project) ?? this.#reading.get(project) ?? this.#begin(project);
  }

  /** The same, where it is at hand. */
  peek(project: string): Records | undefined {
    return this.#remembered.get(project);
  }

  /** Takes over records that were written, here or by another process. */
  learn(project: string, more: readonly Record[]): void {
    const records = this.#remembered.get(project);
    if (records !== undefined) {
      const ttl = this.#remembered.getRemainingTTL(project);
      // The cache would not weigh an object anew that it has already.
      this.#remembered.delete(project);
      this.#remembered.set(
        project,
        this.#parts.add(records, more),
        ttl === Infinity ? {} : { ttl },
      );
    }
    // Whoever reads the folder just now may have read it before the record was there.
    else
      void this.#reading
        .get(project)
        ?.then(() => this.learn(project, more))
        .catch(() => {});
  }

  /** What is remembered is of the past: of a project, or of all. */
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
    // What is used lately is kept the longest (`bound-records.ts`); the time itself need not last.
    const now = Date.now() / 1_000;
    if (names.length > 0) await utimes(folder, now, now).catch(() => {});
    // A file that is being written has a name that begins with a dot.
    const whole = names.filter((name) => name.endsWith(ENDING) && !name.startsWith('.'));
    return this.#parts.read(folder, whole, onUnreadable);
  }
}

/** The text of a record's file; undefined where it is gone by now, or where it cannot be read, which is told. */
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
