import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { firstBits, hashOf, lastBits, partsOf } from './keys.js';
import { identityOf, type LogDisk } from './log-disk.js';
import { MAX_PARTS } from './parts.js';
import type { DecisionQuery } from './reader.js';

/** The ending of an index's name, behind that of the file that it is of. */
export const INDEX = '.idx';

const FORMAT = 'wheelgate decision index';
/** Increase it for another format or meaning: an index of another version is ignored. */
const VERSION = 1;
const CHECK = 4;

const HEADER = z.object({
  format: z.literal(FORMAT),
  version: z.literal(VERSION),
  of: z.string(),
  parts: z.array(z.number().int().min(0)).min(1).max(MAX_PARTS),
  begins: z.string().optional(),
  from: z.number().optional(),
  to: z.number().optional(),
  undated: z.boolean(),
  unreadable: z.number(),
  /** Bytes of each of the tables that follow. */
  tables: z.tuple([z.number(), z.number(), z.number()]),
});

/** The content of a file that no longer changes: it may list too much, but never too little. */
export interface FileIndex {
  /** The identity of the file. */
  readonly of: string;
  /** Start of each part, in bytes of the stored file; each part can be read separately. */
  readonly parts: readonly number[];
  /** The time of its first record. */
  readonly begins?: string | undefined;
  /** The earliest and the latest time in it, in milliseconds since 1970. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** Whether the time of some record cannot be read. */
  readonly undated: boolean;
  /** How many of its lines are no records. */
  readonly unreadable: number;
  /** By the hash of their normal form. */
  readonly projects: Buffer;
  readonly users: Buffer;
  /** By their first 32 bits. */
  readonly digests: Buffer;
}

/** The parts of a file that may match, one bit each. */
export function partsFor(index: FileIndex, query: DecisionQuery): number {
  const { project, user, sha256, time } = query;
  const at = time === undefined ? undefined : Date.parse(time);
  const { since = at, until = at === undefined ? undefined : at + 1 } = query;
  const { from, to, undated } = index;
  if (!undated) {
    if (since !== undefined && (to === undefined || to < since)) return 0;
    if (until !== undefined && (from === undefined || from >= until)) return 0;
  }
  let parts = -1;
  if (project !== undefined) parts &= partsOf(index.projects, hashOf(project));
  if (user !== undefined) parts &= partsOf(index.users, hashOf(user));
  if (sha256 !== undefined) parts &= partsOf(index.digests, firstBits(sha256), lastBits(sha256));
  return parts;
}

export function writeIndex({ projects, users, digests, ...index }: FileIndex): Buffer {
  const tables = [projects, users, digests];
  const lengths = tables.map(({ length }) => length);
  const header = JSON.stringify({ format: FORMAT, version: VERSION, ...index, tables: lengths });
  const bytes = Buffer.concat([Buffer.from(`${header}\n`), ...tables, Buffer.alloc(CHECK)]);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, -CHECK)), bytes.length - CHECK);
  return bytes;
}

/** @returns undefined if it is damaged, or of another version */
export function readIndex(bytes: Buffer): FileIndex | undefined {
  if (bytes.length < CHECK) return undefined;
  const body = bytes.subarray(0, -CHECK);
  if (crc32(body) !== bytes.readUInt32LE(body.length)) return undefined;
  const end = body.indexOf('\n');
  const header = HEADER.safeParse(jsonIn(body.subarray(0, Math.max(0, end))));
  if (!header.success) return undefined;
  const { tables, format, version, ...index } = header.data;
  const [first, second, third] = tables;
  const [a, b, c] = [end + 1, end + 1 + first, end + 1 + first + second];
  if (c + third !== body.length) return undefined;
  return {
    ...index,
    projects: body.subarray(a, b),
    users: body.subarray(b, c),
    digests: body.subarray(c),
  };
}

function jsonIn(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** The index of a file in its current state; undefined without a valid one. */
export async function indexOf(path: string, disk: LogDisk): Promise<FileIndex | undefined> {
  try {
    const index = readIndex(await disk.readFile(path + INDEX));
    return index?.of === identityOf(await disk.stat(path)) ? index : undefined;
  } catch {
    return undefined;
  }
}
