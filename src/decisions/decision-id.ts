import { crc32 } from 'node:zlib';

/** Names one line of the log for good: by its time, to find it, and a hash, to tell it from others of that millisecond. */
export interface DecisionId {
  /** As in the record. */
  readonly time: string;
  /** Six hexadecimal digits. */
  readonly hash: string;
}

const FORM = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z-([0-9a-f]{6})$/;

/** The name of a decision, as it stands in links. @param time of its record, @param line without its end */
export function decisionId(time: number | string, line: string): string {
  return idOf(time, crc32(line));
}

/** The same by the hash of the line. @param time ISO 8601, or milliseconds since 1970 */
export function idOf(time: number | string, hash: number): string {
  const iso = new Date(time).toISOString();
  return `${iso.replace(/[-:.]/g, '')}-${sixOf(hash)}`;
}

/** @returns undefined where it is none */
export function parseDecisionId(text: string): DecisionId | undefined {
  const [, year, month, day, hour, minute, second, millis, hash] = FORM.exec(text) ?? [];
  if (hash === undefined) return undefined;
  const time = `${year}-${month}-${day}T${hour}:${minute}:${second}.${millis}Z`;
  return Number.isNaN(Date.parse(time)) ? undefined : { time, hash };
}

/** Whether a line bears that name, as far as its text says. */
export function isNamed(line: string, { hash }: DecisionId): boolean {
  return sixOf(crc32(line)) === hash;
}

function sixOf(hash: number): string {
  return hash.toString(16).padStart(8, '0').slice(0, 6);
}
