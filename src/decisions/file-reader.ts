import { inOrder } from './file-order.js';
import {
  type FileNotes,
  type ReadRecords,
  recordsInPart,
  recordsScanned,
  unreadableLines,
} from './file-records.js';
import { FileSearchBack } from './file-search-back.js';
import type { LogDisk } from './log-disk.js';
import { closeFiles, type OpenDecisions, openDecisions, type SearchedFile } from './open-files.js';
import { rangesOf } from './parts.js';
import { matches, mayMatch } from './query.js';
import type {
  BackwardReader,
  DecisionQuery,
  DecisionReader,
  DecisionSearch,
  OnEvent,
  SearchBack,
} from './reader.js';
import type { DecisionRecord } from './record.js';

/** Reads a decision log's files: ours, and those of a log rotator. */
export class FileDecisionReader implements DecisionReader, BackwardReader {
  readonly #place: string;
  readonly #disk: LogDisk | undefined;

  /** @param place the log's file, or its folder */
  constructor(place: string, disk?: LogDisk) {
    this.#place = place;
    this.#disk = disk;
  }

  async search(query: DecisionQuery): Promise<DecisionSearch> {
    const { files, gaps } = await openDecisions(this.#place, query, this.#disk);
    return new FileSearch({ files: await inOrder(files), gaps }, query);
  }

  async searchBack(query: DecisionQuery): Promise<SearchBack> {
    const { files, gaps } = await openDecisions(this.#place, query, this.#disk);
    return new FileSearchBack({ files: await inOrder(files), gaps }, query);
  }
}

class FileSearch implements DecisionSearch {
  readonly #files: readonly SearchedFile[];
  readonly #query: DecisionQuery;
  readonly #may: (lines: Buffer) => boolean;
  readonly #gaps: string[];
  #reachesBackTo: string | undefined;

  constructor({ files, gaps }: OpenDecisions, query: DecisionQuery) {
    this.#files = files;
    this.#query = query;
    this.#may = mayMatch(query);
    this.#gaps = [...gaps];
  }

  get files(): number {
    return this.#files.length;
  }

  get gaps(): readonly string[] {
    return this.#gaps;
  }

  get reachesBackTo(): string | undefined {
    return this.#reachesBackTo;
  }

  async *records(onEvent?: OnEvent): AsyncGenerator<DecisionRecord> {
    try {
      for (const file of this.#files)
        for await (const record of this.#recordsOf(file)) {
          if (!matches(record, this.#query)) continue;
          if ('event' in record) onEvent?.(record);
          else yield record;
        }
    } finally {
      await this.close();
    }
  }

  close(): Promise<void> {
    return closeFiles(this.#files);
  }

  /** Those that may match. */
  async *#recordsOf({ name, opened, indexed }: SearchedFile): ReadRecords {
    const notes: FileNotes = {
      gap: (text) => this.#gaps.push(text),
      unreadable: (lines) => {
        if (lines > 0) this.#gaps.push(unreadableLines(name, lines));
      },
      begins: (time) => this.#begins(time),
    };
    if (indexed !== undefined) {
      const { parts, wanted, begins, unreadable } = indexed;
      if (begins !== undefined) this.#begins(begins);
      if (opened !== undefined)
        for (const range of rangesOf(parts, wanted, opened.size))
          yield* recordsInPart(opened, range, this.#may, notes);
      notes.unreadable(unreadable);
    } else if (opened !== undefined) yield* recordsScanned(opened, this.#may, notes);
  }

  #begins(time: string): void {
    if (this.#reachesBackTo === undefined || time < this.#reachesBackTo) this.#reachesBackTo = time;
  }
}
