import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { partsFor } from '../../../decisions/file-index.js';
import { FileSearchBack } from '../../../decisions/file-search-back.js';
import type { OpenDecisionFile } from '../../../decisions/open-file.js';
import type { DecisionQuery, LogPiece, OnEvent, SearchBack } from '../../../decisions/reader.js';
import type { DecisionRecord } from '../../../decisions/record.js';
import {
  ARCHIVED_DIFFERS,
  archivedForeign,
  archivedMissing,
  archivedUnreadable,
} from '../../../messages/decisions.js';
import { type ArchivedName, beginningOf } from './archive-names.js';
import type { ArchivedIndex } from './archived-values.js';
import { type StoredBytes, wordsOf } from './objects.js';

/** An archived file with its index; undefined if no replica has uploaded the index. */
export interface Archived {
  readonly name: ArchivedName;
  readonly known: ArchivedIndex | undefined;
}

/** The content of an archive. */
export interface ArchiveFiles {
  /** The files that were rotated on a day, newest first. @param here stamps of files that need not be read */
  filesOf(day: string, here: ReadonlySet<string>): Promise<readonly Archived[]>;
  /** @throws if it is missing, or the transfer fails */
  open(name: ArchivedName): Promise<StoredBytes>;
}

/** The longest time between a decision and the rotation of its file, in milliseconds: for a log with few writes. */
const LONGEST_SPAN = 7 * 24 * 3_600_000;

/** A search backwards through an archive, by day and file. */
export class ArchiveSearch implements SearchBack {
  readonly #files: ArchiveFiles;
  readonly #days: readonly string[];
  readonly #here: ReadonlySet<string>;
  readonly #query: DecisionQuery;
  readonly #folder: string;
  readonly #gaps: string[] = [];
  /** For each replica, the name of the file that it uploaded before the last one met. */
  readonly #due = new Map<string, string>();
  /** The last file in each replica's statement, until it is met. */
  readonly #newest: Map<string, ArchivedName>;

  /** @param days newest first @param folder for files while they are read */
  constructor(
    files: ArchiveFiles,
    days: readonly string[],
    here: ReadonlySet<string>,
    query: DecisionQuery,
    folder: string,
    newest: readonly ArchivedName[] = [],
  ) {
    this.#files = files;
    this.#days = days;
    this.#here = here;
    this.#query = query;
    this.#folder = folder;
    this.#newest = new Map(newest.map((name) => [name.replica, name]));
  }

  get gaps(): readonly string[] {
    return this.#gaps;
  }

  /** This requires the indexes of the first day. */
  async reachesBackTo(): Promise<string | undefined> {
    const first = this.#days.at(-1);
    if (first === undefined) return undefined;
    try {
      const files = await this.#files.filesOf(first, this.#here);
      return files
        .flatMap(({ known }) => known?.index.begins ?? [])
        .sort()
        .at(0);
    } catch {
      return undefined;
    }
  }

  async *pieces(): AsyncGenerator<LogPiece> {
    const { since = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY } = this.#query;
    for (const day of this.#days) {
      const begins = beginningOf(day);
      if (begins > until + LONGEST_SPAN) {
        for (const [replica, { aside }] of this.#newest)
          if (aside >= begins) this.#newest.delete(replica);
        continue;
      }
      let files: readonly Archived[];
      try {
        files = await this.#files.filesOf(day, this.#here);
      } catch (error) {
        this.#gaps.push(`${day} in S3 cannot be read: ${wordsOf(error)}`);
        continue;
      }
      for (const [at, file] of files.entries()) {
        if (file.name.aside < since) return this.#noteUnmet(since);
        // Files rotated earlier contain only earlier decisions.
        yield this.#pieceOf(file, files[at + 1]?.name.aside ?? begins);
      }
    }
    // Files older than all existing ones may have expired.
    const first = this.#days.at(-1);
    this.#noteUnmet(
      Math.max(since, first === undefined ? Number.NEGATIVE_INFINITY : beginningOf(first)),
    );
  }

  /** If the last files of a replica are deleted, no other file names them, but its statement does. */
  #noteUnmet(since: number): void {
    for (const { aside, key, replica } of this.#newest.values()) {
      if (aside >= since) this.#gaps.push(archivedMissing(key));
      this.#newest.delete(replica);
    }
  }

  #pieceOf({ name, known }: Archived, reached: number): LogPiece {
    this.#noteOrder(name, known);
    if (known === undefined) {
      this.#gaps.push(archivedForeign(name.key));
      return { begins: Number.NaN, reached, bytes: 0, found: nothing };
    }
    const { from = Number.NaN } = known.index;
    const wanted = partsFor(known.index, this.#query);
    if (wanted === 0) return { begins: from, reached, bytes: 0, found: nothing };
    const found = (onEvent?: OnEvent) => this.#found(name, known, wanted, onEvent);
    return { begins: from, reached, bytes: known.size, found };
  }

  /** Each file names the replica's previous one, so a missing file between two is detected. */
  #noteOrder({ replica, key, aside }: ArchivedName, known: ArchivedIndex | undefined): void {
    const newest = this.#newest.get(replica);
    if (newest !== undefined && aside <= newest.aside) {
      this.#newest.delete(replica);
      if (newest.key !== key) this.#gaps.push(archivedMissing(newest.key));
    }
    const due = this.#due.get(replica);
    if (due !== undefined && due !== key) this.#gaps.push(archivedMissing(due));
    if (known?.previous === undefined) this.#due.delete(replica);
    else this.#due.set(replica, known.previous);
  }

  async *#found(
    name: ArchivedName,
    known: ArchivedIndex,
    wanted: number,
    onEvent?: OnEvent,
  ): AsyncGenerator<DecisionRecord> {
    let opened: OpenDecisionFile;
    try {
      opened = await this.#fetch(name, known);
    } catch (error) {
      this.#gaps.push(archivedUnreadable(name.key, wordsOf(error)));
      return;
    }
    const { parts, begins, unreadable } = known.index;
    const file = { name: opened.name, opened, indexed: { parts, begins, unreadable, wanted } };
    const search = new FileSearchBack({ files: [file], gaps: [] }, this.#query);
    for await (const piece of search.pieces()) yield* piece.found(onEvent);
    this.#gaps.push(...search.gaps);
  }

  /**
   * Downloads a complete file; one with another digest is rejected. It is on the disk without a name while it is read.
   */
  async #fetch(name: ArchivedName, { sha256, size }: ArchivedIndex): Promise<OpenDecisionFile> {
    const found = await this.#files.open(name);
    await mkdir(this.#folder, { recursive: true });
    const path = join(this.#folder, `.${randomUUID()}.gz`);
    const handle = await open(path, 'wx+', 0o600);
    try {
      await unlink(path);
      const hash = createHash('sha256');
      let at = 0;
      for await (const chunk of found.body as AsyncIterable<Buffer>) {
        if (at + chunk.length > size) throw new Error('it is longer than the uploaded file');
        hash.update(chunk);
        await handle.appendFile(chunk);
        at += chunk.length;
      }
      if (at !== size || hash.digest('hex') !== sha256) throw new Error(ARCHIVED_DIFFERS);
      const common = { name: name.key, path, current: false, rotated: true, compression: 'gz' };
      return { ...common, handle, size, identity: '', head: Buffer.alloc(0) };
    } catch (error) {
      found.body.destroy();
      await handle.close();
      throw error;
    }
  }
}

async function* nothing(): AsyncGenerator<DecisionRecord> {}
