import { type DecisionRecord, readRecord } from './decision-record.js';
import { GzipError, gunzipped } from './gunzip-parts.js';
import { codeOf, headOf, type OpenDecisionFile, openDecisions } from './open-decisions.js';

/** Read at a time, in bytes: little enough that a server that reads its own log goes on answering. */
const CHUNK = 256 * 1024;
/** A longer line is none of ours, in bytes. */
const MAX_LINE = 1024 * 1024;
const NEWLINE = 0x0a;
const OPENING = 0x7b;
const CLOSING = 0x7d;

/**
 * The records of a decision log as it is at the moment of asking, however it is rotated meanwhile; and what of it
 * could not be read. Read `records` once, to its end or not; it closes the files.
 */
export class DecisionHistory {
  readonly #files: readonly OpenDecisionFile[];
  readonly #gaps: string[];
  #reachesBackTo: string | undefined;

  private constructor(files: readonly OpenDecisionFile[], gaps: readonly string[]) {
    this.#files = files;
    this.#gaps = [...gaps];
  }

  /** @param place the log's file, or the folder it lies in */
  static async open(place: string): Promise<DecisionHistory> {
    const { files, gaps } = await openDecisions(place);
    return new DecisionHistory(files, gaps);
  }

  /** How many files there are to read. */
  get files(): number {
    return this.#files.length;
  }

  /** What could not be read, a sentence each; complete once all records are read. */
  get gaps(): readonly string[] {
    return this.#gaps;
  }

  /** The earliest of the times with which the files begin, ISO 8601; known once all records are read. */
  get reachesBackTo(): string | undefined {
    return this.#reachesBackTo;
  }

  /**
   * All records, file by file.
   * @param needles where given, only lines that hold one of these texts are parsed: a log of gigabytes is searched
   * at the speed of the disk
   */
  async *records(needles?: readonly string[]): AsyncGenerator<DecisionRecord> {
    const wanted = needles?.map((needle) => Buffer.from(needle));
    const holds = (bytes: Buffer) =>
      wanted === undefined || wanted.some((needle) => bytes.includes(needle));
    try {
      for (const file of this.#files) yield* this.#recordsOf(file, holds);
    } finally {
      await this.close();
    }
  }

  /** Needed only where `records` was never asked for. */
  async close(): Promise<void> {
    await Promise.all(this.#files.map(({ handle }) => handle.close()));
  }

  async *#recordsOf(
    file: OpenDecisionFile,
    holds: (bytes: Buffer) => boolean,
  ): AsyncGenerator<DecisionRecord> {
    let unreadable = 0;
    let begun = false;
    for await (const lines of this.#wholeLines(file)) {
      const held = holds(lines);
      for (const line of splitLines(lines)) {
        // Cheap, and enough to see a line that a crash has torn, or what is no log at all.
        const framed = line[0] === OPENING && line.at(-1) === CLOSING;
        const asked = held && holds(line);
        if (framed && begun && !asked) continue;
        const record = readRecord(line.toString('utf8'));
        if (record === undefined) unreadable += 1;
        else if (record !== 'event') {
          if (!begun) this.#begins(record.time);
          begun = true;
          if (asked) yield record;
        }
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

  /** The file in pieces that end where a line ends; what cannot be read is a gap. */
  async *#wholeLines(file: OpenDecisionFile): AsyncGenerator<Buffer> {
    let carry: Buffer = Buffer.alloc(0);
    try {
      for await (const chunk of this.#contents(file)) {
        const bytes = carry.length === 0 ? chunk : Buffer.concat([carry, chunk]);
        const end = bytes.lastIndexOf(NEWLINE) + 1;
        if (end > 0) yield bytes.subarray(0, end);
        carry = bytes.subarray(end);
        // What is left of it begins like no line, and counts as one that cannot be read.
        if (carry.length > MAX_LINE) carry = Buffer.from('…');
      }
    } catch (error) {
      // The line that it broke off in is part of that.
      this.#gaps.push(`${file.name} cannot be read to its end: ${codeOf(error)}`);
      return;
    }
    if (carry.length > 0) yield carry;
  }

  async *#contents(file: OpenDecisionFile): AsyncGenerator<Buffer> {
    if (file.compression === 'gz') yield* gunzipped(bytesOf(file));
    else if (file.compression === undefined) yield* this.#plainContents(file);
    else throw new GzipError(`only gzip is read here, not .${file.compression}`);
  }

  /** Whoever truncates a file in use (`copytruncate`) takes away what was not read yet. */
  async *#plainContents(file: OpenDecisionFile): AsyncGenerator<Buffer> {
    let read = 0;
    for await (const chunk of bytesOf(file)) {
      read += chunk.length;
      yield chunk;
    }
    const head = (await headOf(file.handle)).subarray(0, file.head.length);
    if (read < file.size || !head.equals(file.head))
      this.#gaps.push(`${file.name} was truncated while it was read: ask again`);
  }
}

async function* bytesOf({ handle }: OpenDecisionFile): AsyncGenerator<Buffer> {
  for (let at = 0; ; ) {
    const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(CHUNK), 0, CHUNK, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

function* splitLines(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; ) {
    const newline = bytes.indexOf(NEWLINE, at);
    const end = newline === -1 ? bytes.length : newline;
    if (end > at) yield bytes.subarray(at, end);
    at = end + 1;
  }
}
