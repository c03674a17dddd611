import { crc32 } from 'node:zlib';
import type { DecisionRecord } from './record.js';

/** Names one decision for good: by its time, to find it, and a hash, to tell it from others of that millisecond. */
export interface DecisionId {
  /** As in the record. */
  readonly time: string;
  /** Six hexadecimal digits. */
  readonly hash: string;
}

const FORM = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z-([0-9a-f]{6})$/;

/** The name of a decision, as it stands in links. @throws {RangeError} where nobody can read its time */
export function decisionId(record: DecisionRecord): string {
  return idOf(record.time, hashOf(record));
}

/**
 * What tells a decision from others of its time. Everybody sees names, and nothing of who asked may be in them: whoever
 * knows the rest of a record would try all addresses until the name is right. Requests have random ids; records without,
 * of older versions, are told apart by what was asked for.
 */
export function hashOf(record: DecisionRecord): number {
  // Another's log may hold anything there.
  if (typeof record.request === 'string') return crc32(record.request);
  const hidden = { client: undefined, forwarded: undefined, user: undefined, userAgent: undefined };
  return crc32(JSON.stringify({ ...record, ...hidden }));
}

/** The name by its parts. @param time ISO 8601, or milliseconds since 1970 */
export function idOf(time: number | string, hash: number): string {
  const iso = new Date(time).toISOString();
  const six = hash.toString(16).padStart(8, '0').slice(0, 6);
  return `${iso.replace(/[-:.]/g, '')}-${six}`;
}

/** @returns undefined where it is none */
export function parseDecisionId(text: string): DecisionId | undefined {
  const [, year, month, day, hour, minute, second, millis, hash] = FORM.exec(text) ?? [];
  if (hash === undefined) return undefined;
  const time = `${year}-${month}-${day}T${hour}:${minute}:${second}.${millis}Z`;
  return Number.isNaN(Date.parse(time)) ? undefined : { time, hash };
}
