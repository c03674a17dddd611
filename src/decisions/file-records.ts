import { counted } from '../domain/plural.js';
import { linesIn, wholeLines } from './file-lines.js';
import type { OpenDecisionFile } from './open-file.js';
import type { Range } from './ranges.js';
import { isOfRequest, type RequestRecord, readLogRecord } from './record.js';

const OPENING = 0x7b;
const CLOSING = 0x7d;

export type ReadRecords = AsyncGenerator<RequestRecord>;

/** What is told of a file beside its records. */
export interface FileNotes {
  /** What cannot be read, a sentence. */
  gap(text: string): void;
  /** Lines that are no records. */
  unreadable(lines: number): void;
  /** The time of the first record. */
  begins(time: string): void;
}

/** Says of lines whether any of them may be asked for. */
export type MayMatch = (lines: Buffer) => boolean;

/** From a part of a file of which the rest is known, those that may match. */
export async function* recordsInPart(
  file: OpenDecisionFile,
  range: Range,
  may: MayMatch,
  { gap }: Pick<FileNotes, 'gap'>,
): ReadRecords {
  for await (const lines of wholeLines(file, gap, range)) {
    if (!may(lines)) continue;
    for (const line of linesIn(lines)) {
      const record = may(line) ? readLogRecord(line.toString('utf8')) : undefined;
      if (record !== undefined && isOfRequest(record)) yield record;
    }
  }
}

/** From a file, or a part of it, of which nothing is known, those that may match. */
export async function* recordsScanned(
  file: OpenDecisionFile,
  may: MayMatch,
  notes: FileNotes,
  range?: Range,
): ReadRecords {
  let unreadable = 0;
  let begun = false;
  for await (const lines of wholeLines(file, notes.gap, range)) {
    const any = may(lines);
    for (const line of linesIn(lines)) {
      const asked = any && may(line);
      if (begun && !asked && isFramed(line)) continue;
      const record = readLogRecord(line.toString('utf8'));
      if (record === undefined) unreadable += 1;
      if (record === undefined || !isOfRequest(record)) continue;
      if (!begun && !('event' in record)) {
        notes.begins(record.time);
        begun = true;
      }
      if (asked) yield record;
    }
  }
  notes.unreadable(unreadable);
}

/** Cheap, and enough to see a line that a crash has torn, or what is no log at all. */
function isFramed(line: Buffer): boolean {
  return line[0] === OPENING && line.at(-1) === CLOSING;
}

/** As a gap. */
export function unreadableLines(name: string, lines: number): string {
  return `${name} has ${counted(lines, 'unreadable line')}`;
}
