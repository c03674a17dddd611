import { linesOf, type PolicyText } from '../policy/sources.js';

/** Some lines of a policy file. */
export interface PolicyFilePart extends Pick<PolicyText, 'name' | 'layer' | 'bytes'> {
  /** Total number of lines. */
  readonly count: number;
  /** Number of the first returned line, from 1. */
  readonly from: number;
  /** Absent if the policy files are too long for their text to be kept. */
  readonly lines: readonly string[] | undefined;
  /** First line of the next part. Absent on the last part. */
  readonly next: number | undefined;
}

/** A part has so many lines, and so many characters. */
export const LINES = 2_000;
const CHARACTERS = 512 * 1024;

/** @param from the first line that is asked for, from 1 @param comments whether it has them */
export function partOfFile(file: PolicyText, from: number, comments: boolean): PolicyFilePart {
  const { name, layer, bytes, lines: all } = file;
  const text = comments ? file.text : file.plain;
  const lines = text === undefined ? undefined : boundedLines(linesOf(text).slice(from - 1));
  const end = from + (lines?.length ?? 0);
  const next = lines !== undefined && end <= all.length ? end : undefined;
  return { name, layer, bytes, count: all.length, from, lines, next };
}

/** One line at least, however long: it is cut. */
function boundedLines(lines: readonly string[]): string[] {
  let room = CHARACTERS;
  const some: string[] = [];
  for (const line of lines.slice(0, LINES)) {
    const cut = line.length > CHARACTERS ? `${line.slice(0, CHARACTERS)}…` : line;
    room -= cut.length;
    if (room < 0 && some.length > 0) break;
    some.push(cut);
  }
  return some;
}

/** Start of the part that contains a line, unless lines are very long. */
export function partWith(line: number): number {
  return Math.floor((line - 1) / LINES) * LINES + 1;
}
