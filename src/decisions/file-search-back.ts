import { firstTimeIn, firstTimeOf } from './file-order.js';
import {
  type FileNotes,
  type MayMatch,
  type ReadRecords,
  recordsInPart,
  recordsScanned,
  unreadableLines,
} from './file-records.js';
import type { OpenDecisionFile } from './open-file.js';
import { closeFiles, type OpenDecisions, type SearchedFile } from './open-files.js';
import { rangesBack } from './parts.js';
import { matches, mayMatch } from './query.js';
import type { Range } from './ranges.js';
import type { DecisionQuery, LogPiece, OnEvent, SearchBack } from './reader.js';
import type { DecisionRecord } from './record.js';

/** The bytes at the start of a piece that are read to find its first time. */
const HEAD = 16 * 1024;

/** A search of a log's files from the newest back. */
export class FileSearchBack implements SearchBack {
  readonly #files: readonly SearchedFile[];
  readonly #query: DecisionQuery;
  readonly #may: MayMatch;
  readonly #gaps: string[];

  /** @param opened the files in their order, the oldest first: they are closed once `pieces` is read */
  constructor({ files, gaps }: OpenDecisions, query: DecisionQuery) {
    this.#files = files;
    this.#query = query;
    this.#may = mayMatch(query);
    this.#gaps = [...gaps];
  }

  get gaps(): readonly string[] {
    return this.#gaps;
  }

  async reachesBackTo(): Promise<string | undefined> {
    const times = await Promise.all(this.#files.map(firstTimeOf));
    return times.filter((time) => time !== '').sort()[0];
  }

  async *pieces(): AsyncGenerator<LogPiece> {
    try {
      for (const file of this.#files.toReversed()) yield* this.#piecesOf(file);
    } finally {
      await closeFiles(this.#files);
    }
  }

  async *#piecesOf(file: SearchedFile): AsyncGenerator<LogPiece> {
    const { name, opened, indexed } = file;
    let unreadable = indexed?.unreadable ?? 0;
    const notes: FileNotes = {
      gap: (text) => this.#gaps.push(text),
      unreadable: (lines) => {
        unreadable += lines;
      },
      begins: () => {},
    };
    try {
      if (opened === undefined) return;
      for await (const range of rangesBack(opened, indexed))
        yield {
          begins: await this.#beginsAt(file, opened, range),
          bytes: range.to - range.from,
          found: (onEvent) =>
            this.#found(recordsOf(opened, range, indexed !== undefined, this.#may, notes), onEvent),
        };
    } finally {
      if (unreadable > 0) this.#gaps.push(unreadableLines(name, unreadable));
    }
  }

  async *#found(records: ReadRecords, onEvent?: OnEvent): AsyncGenerator<DecisionRecord> {
    for await (const record of records) {
      if (!matches(record, this.#query)) continue;
      if ('event' in record) onEvent?.(record);
      else yield record;
    }
  }

  async #beginsAt(file: SearchedFile, opened: OpenDecisionFile, range: Range): Promise<number> {
    if (range.from === 0) return Date.parse(await firstTimeOf(file));
    const { buffer, bytesRead } = await opened.handle.read(Buffer.alloc(HEAD), 0, HEAD, range.from);
    return Date.parse(await firstTimeIn(buffer.subarray(0, bytesRead), opened.compression));
  }
}

/** The possibly matching records of a piece. */
function recordsOf(
  file: OpenDecisionFile,
  range: Range,
  isIndexed: boolean,
  may: MayMatch,
  notes: FileNotes,
): ReadRecords {
  return isIndexed
    ? recordsInPart(file, range, may, notes)
    : recordsScanned(file, may, notes, range);
}
