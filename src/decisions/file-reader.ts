import { linesIn, wholeLines } from './file-lines.js';
import { inOrder } from './file-order.js';
import type { LogDisk } from './log-disk.js';
import type { OpenDecisionFile } from './open-file.js';
import { closeFiles, type OpenDecisions, openDecisions, type SearchedFile } from './open-files.js';
import { rangesOf } from './parts.js';
import { matches, mayMatch } from './query.js';
import type { Range } from './ranges.js';
import type { DecisionQuery, DecisionReader, DecisionSearch } from './reader.js';
import { type CutRecord, type DecisionRecord, isOfRequest, readLogRecord } from './record.js';

type Lines = AsyncGenerator<DecisionRecord | CutRecord>;

const OPENING = 0x7b;
const CLOSING = 0x7d;

/** Reads a decision log's files: ours, and those that a log rotator has made of them. */
export class FileDecisionReader implements DecisionReader {
  readonly #place: string;
  readonly #disk: LogDisk | undefined;

  /** @param place the log's file, or the folder it lies in */
  constructor(place: string, disk?: LogDisk) {
    this.#place = place;
    this.#disk = disk;
  }

  async search(query: DecisionQuery): Promise<DecisionSearch> {
    const { files, gaps } = await openDecisions(this.#place, query, this.#disk);
    return new FileSearch({ files: await inOrder(files), gaps }, query);
  }
}

/** What some of a log's files hold. */
export function searchIn(files: readonly SearchedFile[], query: DecisionQuery): DecisionSearch {
  return new FileSearch({ files, gaps: [] }, query);
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

  async *records(onCut?: (cut: CutRecord) => void): AsyncGenerator<DecisionRecord> {
    try {
      for (const file of this.#files)
        for await (const record of this.#recordsOf(file)) {
          if (!matches(record, this.#query)) continue;
          if ('event' in record) onCut?.(record);
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
  async *#recordsOf({ name, opened, indexed }: SearchedFile): Lines {
    if (indexed !== undefined) {
      const { parts, wanted, begins, unreadable } = indexed;
      if (begins !== undefined) this.#begins(begins);
      if (opened !== undefined) yield* this.#found(opened, rangesOf(parts, wanted, opened.size));
      this.#unreadable(name, unreadable);
    } else if (opened !== undefined) yield* this.#scanned(opened);
  }

  /** From the parts of a file that may hold any; the rest, and what cannot be read, is known from its index. */
  async *#found(file: OpenDecisionFile, ranges: readonly Range[]): Lines {
    for (const range of ranges)
      for await (const lines of this.#lines(file, range)) {
        if (!this.#may(lines)) continue;
        for (const line of linesIn(lines)) {
          const record = this.#may(line) ? readLogRecord(line.toString('utf8')) : undefined;
          if (record !== undefined && isOfRequest(record)) yield record;
        }
      }
  }

  /** From a whole file, of which nothing is known. */
  async *#scanned(file: OpenDecisionFile): Lines {
    let unreadable = 0;
    let begun = false;
    for await (const lines of this.#lines(file)) {
      const any = this.#may(lines);
      for (const line of linesIn(lines)) {
        const asked = any && this.#may(line);
        if (begun && !asked && isFramed(line)) continue;
        const record = readLogRecord(line.toString('utf8'));
        if (record === undefined) unreadable += 1;
        if (record === undefined || !isOfRequest(record)) continue;
        if (!begun && !('event' in record)) {
          this.#begins(record.time);
          begun = true;
        }
        if (asked) yield record;
      }
    }
    this.#unreadable(file.name, unreadable);
  }

  #lines(file: OpenDecisionFile, range?: Range) {
    return wholeLines(file, (gap) => this.#gaps.push(gap), range);
  }

  #unreadable(name: string, lines: number): void {
    if (lines > 0)
      this.#gaps.push(`${name} has ${lines} ${lines === 1 ? 'line' : 'lines'} that cannot be read`);
  }

  #begins(time: string): void {
    if (this.#reachesBackTo === undefined || time < this.#reachesBackTo) this.#reachesBackTo = time;
  }
}

/** Cheap, and enough to see a line that a crash has torn, or what is no log at all. */
function isFramed(line: Buffer): boolean {
  return line[0] === OPENING && line.at(-1) === CLOSING;
}
