import { z } from 'zod';
import { isOfRequest, type RequestRecord, readLogRecord } from '../../decisions/record.js';
import type { Seal } from '../seal.js';

/** What a replica's log has written, as it tells the others; all of a run are numbered. */
export interface Told {
  /** The replica's name. */
  readonly replica: string;
  /** Of this run of it alone. */
  readonly run: string;
  /** From 1 on. One that is missing was lost on its way. */
  readonly number: number;
  /** As it stands in the log, without its end; undefined where the run has ended with the number. */
  readonly line: string | undefined;
}

/** The same with the record that the line is. */
export interface Heard extends Told {
  readonly record: RequestRecord | undefined;
}

/** Longer lines are none of ours, in bytes. */
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

/** @returns undefined where no replica has written it, or it is none of a replica's records */
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
  // Its name has it: one that nobody can read would be known under none.
  if (Number.isNaN(Date.parse(record.time))) return undefined;
  // It names itself in each of its records.
  return record.replica === head.data.replica ? { ...head.data, line, record } : undefined;
}
