import { counted } from '../domain/plural.js';
import { linesIn, wholeLines } from './file-lines.js';
import type { OpenDecisionFile } from './open-file.js';
import type { Range } from './ranges.js';
import { isOfRequest, type RequestRecord, readLogRecord } from './record.js';

const OPENING = 0x7b;
const CLOSING = 0x7d;

export type ReadRecords = AsyncGenerator<RequestRecord>;

/** Information about a file in addition to its records. */
export interface FileNotes {
  /** An unreadable part, as a sentence. */
  gap(text: string): void;
  /** Lines that are no records. */
  unreadable(lines: number): void;
  /** The time of the first record. */
  begins(time: string): void;
}

/** Whether any of the lines may match. */
export type MayMatch = (lines: Buffer) => boolean;

/** The possibly matching records of a part, in a file whose other parts are known. */
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

/** The possibly matching records of a file or a part without an index. */
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

/** Cheap, and sufficient to detect a line that a crash has torn, or a file that is no log. */
function isFramed(line: Buffer): boolean {
  return line[0] === OPENING && line.at(-1) === CLOSING;
}

/** As a gap. */
export function unreadableLines(name: string, lines: number): string {
  return `${name} has ${counted(lines, 'unreadable line')}`;
}
