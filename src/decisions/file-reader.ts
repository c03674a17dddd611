import { linesIn, wholeLines } from './file-lines.js';
import { type OpenDecisionFile, type OpenDecisions, openDecisions } from './open-files.js';
import { matches, mayMatch } from './query.js';
import type { DecisionQuery, DecisionReader, DecisionSearch } from './reader.js';
import { type DecisionRecord, readRecord } from './record.js';

const OPENING = 0x7b;
const CLOSING = 0x7d;

/** Reads a decision log's files: ours, and those that a log rotator has made of them. */
export class FileDecisionReader implements DecisionReader {
  readonly #place: string;

  /** @param place the log's file, or the folder it lies in */
  constructor(place: string) {
    this.#place = place;
  }

  async search(query: DecisionQuery): Promise<DecisionSearch> {
    return new FileSearch(await openDecisions(this.#place), query);
  }
}

class FileSearch implements DecisionSearch {
  readonly #files: readonly OpenDecisionFile[];
  readonly #query: DecisionQuery;
  readonly #gaps: string[];
  #reachesBackTo: string | undefined;

  constructor({ files, gaps }: OpenDecisions, query: DecisionQuery) {
    this.#files = files;
    this.#query = query;
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

  async *records(): AsyncGenerator<DecisionRecord> {
    try {
      for (const file of this.#files)
        for await (const record of this.#recordsOf(file))
          if (matches(record, this.#query)) yield record;
    } finally {
      await this.close();
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#files.map(({ handle }) => handle.close()));
  }

  /** Those that may match. */
  async *#recordsOf(file: OpenDecisionFile): AsyncGenerator<DecisionRecord> {
    const may = mayMatch(this.#query) ?? (() => true);
    let unreadable = 0;
    let begun = false;
    for await (const lines of wholeLines(file, (gap) => this.#gaps.push(gap))) {
      const any = may(lines);
      for (const line of linesIn(lines)) {
        const asked = any && may(line);
        if (begun && !asked && isFramed(line)) continue;
        const record = readRecord(line.toString('utf8'));
        if (record === undefined) unreadable += 1;
        if (record === undefined || record === 'event') continue;
        if (!begun) this.#begins(record.time);
        begun = true;
        if (asked) yield record;
      }
    }
    if (unreadable > 0)
      this.#gaps.push(
        `${file.name} has ${unreadable} ${unreadable === 1 ? 'line' : 'lines'} that cannot be read`,
      );
  }

  #begins(time: string): void {
    if (this.#reachesBackTo === undefined || time < this.#reachesBackTo) this.#reachesBackTo = time;
  }
}

/** Cheap, and enough to see a line that a crash has torn, or what is no log at all. */
function isFramed(line: Buffer): boolean {
  return line[0] === OPENING && line.at(-1) === CLOSING;
}
