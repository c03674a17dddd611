import { z } from 'zod';
import { type FileIndex, readIndex, writeIndex } from '../../../decisions/file-index.js';
import type { Seal } from '../../seal.js';

/** The facts about an archived file without its content. */
export interface ArchivedIndex {
  /** Of the uploaded file: a file with another digest is rejected. */
  readonly sha256: string;
  readonly size: number;
  /** The key of the same replica's previous file; undefined for its first. */
  readonly previous: string | undefined;
  readonly index: FileIndex;
}

/** A replica's statement about all its uploads. */
export interface ArchiveState {
  /** All decisions up to this time are uploaded: milliseconds since 1970. */
  readonly upTo: number;
  /** The key of its last file; undefined if it has none. */
  readonly last: string | undefined;
  /** Whether it has ended with a complete upload. */
  readonly ended: boolean;
}

const HEAD = z.object({
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  size: z.number().int().nonnegative(),
  previous: z.string().optional(),
});
const STATE = z.object({ upTo: z.number(), last: z.string().optional(), ended: z.boolean() });
const NEWLINE = 0x0a;

/** @param key the key of the file, because an index is valid only for it */
export function writeArchivedIndex(
  key: string,
  { index, ...head }: ArchivedIndex,
  seal: Seal,
): Buffer {
  const bytes = [
    Buffer.from(`${JSON.stringify(head)}\n`),
    writeIndex({ ...index, of: head.sha256 }),
  ];
  return seal.seal(['archive', key], Buffer.concat(bytes));
}

/** @returns undefined if no replica has signed it, or not for that key */
export function readArchivedIndex(
  key: string,
  sealed: Uint8Array,
  seal: Seal,
): ArchivedIndex | undefined {
  const bytes = seal.open(['archive', key], sealed);
  const end = bytes?.indexOf(NEWLINE) ?? -1;
  if (bytes === undefined || end === -1) return undefined;
  const head = HEAD.safeParse(JSON.parse(bytes.toString('utf8', 0, end)));
  const index = readIndex(bytes.subarray(end + 1));
  if (!head.success || index === undefined) return undefined;
  const { sha256, size, previous } = head.data;
  return { sha256, size, previous, index };
}

export function writeArchiveState(replica: string, state: ArchiveState, seal: Seal): Buffer {
  return seal.seal(['archive-state', replica], Buffer.from(JSON.stringify(state)));
}

/** @returns undefined if no replica of that name has signed it */
export function readArchiveState(
  replica: string,
  sealed: Uint8Array,
  seal: Seal,
): ArchiveState | undefined {
  const bytes = seal.open(['archive-state', replica], sealed);
  if (bytes === undefined) return undefined;
  const state = STATE.safeParse(JSON.parse(bytes.toString('utf8')));
  if (!state.success) return undefined;
  const { upTo, last, ended } = state.data;
  return { upTo, last, ended };
}
