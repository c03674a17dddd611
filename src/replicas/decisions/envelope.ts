import { z } from 'zod';
import { isOfRequest, type RequestRecord, readLogRecord } from '../../decisions/record.js';
import type { Seal } from '../seal.js';

/** A written record of a replica's log, in the form for the others; those of a run are numbered. */
export interface Told {
  /** The replica's name. */
  readonly replica: string;
  /** Identifies one run of the replica. */
  readonly run: string;
  /** Starts at 1. A missing number is a lost message. */
  readonly number: number;
  /** The line of the log without its end; undefined if the run has ended with this number. */
  readonly line: string | undefined;
}

/** The same with the parsed record. */
export interface Heard extends Told {
  readonly record: RequestRecord | undefined;
}

/** Longer lines are not from a replica, in bytes. */
export const LONGEST = 96 * 1024;

const HEAD = z.object({
  replica: z.string().min(1).max(100),
  run: z.string().min(1).max(100),
  number: z.number().int().nonnegative(),
});
const NAME = ['decisions'];
const NEWLINE = 0x0a;

export function writeTold({ line = '', ...head }: Told, seal: Seal): Buffer {
  return seal.seal(NAME, Buffer.from(`${JSON.stringify(head)}\n${line}`));
}

/** @returns undefined if no replica has signed it, or it is not a valid record */
export function readTold(sealed: Uint8Array, seal: Seal): Heard | undefined {
  const bytes = sealed.length > LONGEST ? undefined : seal.open(NAME, sealed);
  if (bytes === undefined) return undefined;
  const end = bytes.indexOf(NEWLINE);
  const head = HEAD.safeParse(JSON.parse(bytes.toString('utf8', 0, Math.max(0, end)) || 'null'));
  if (!head.success) return undefined;
  const line = bytes.toString('utf8', end + 1);
  if (line === '') return { ...head.data, line: undefined, record: undefined };
  const record = readLogRecord(line);
  if (record === undefined || !isOfRequest(record)) return undefined;
  // The name contains the time, so an unreadable time has no name.
  if (Number.isNaN(Date.parse(record.time))) return undefined;
  // Each record names its replica.
  return record.replica === head.data.replica ? { ...head.data, line, record } : undefined;
}
