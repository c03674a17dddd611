import { crc32 } from 'node:zlib';
import type { DecisionRecord } from './record.js';

/**
 * A permanent ID of one decision: its time for the lookup, and a hash to distinguish decisions of the same millisecond.
 */
export interface DecisionId {
  /** As in the record. */
  readonly time: string;
  /** Six hexadecimal digits. */
  readonly hash: string;
}

const FORM = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z-([0-9a-f]{6})$/;

/** The ID of a decision, as in links. @throws {RangeError} if its time is invalid */
export function decisionId(record: DecisionRecord): string {
  return idOf(record.time, hashOf(record));
}

/**
 * Distinguishes decisions of the same time. IDs are public and must not depend on the client: anyone with the rest of a
 * record could try all addresses until the ID matches. Requests have random IDs; records without, of older versions,
 * are distinguished by the requested file.
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

/** @returns undefined if it is invalid */
export function parseDecisionId(text: string): DecisionId | undefined {
  const [, year, month, day, hour, minute, second, millis, hash] = FORM.exec(text) ?? [];
  if (hash === undefined) return undefined;
  const time = `${year}-${month}-${day}T${hour}:${minute}:${second}.${millis}Z`;
  return Number.isNaN(Date.parse(time)) ? undefined : { time, hash };
}
