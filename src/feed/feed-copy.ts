import { type FileHandle, open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { replaceFeedFile } from './feed-file.js';
import { FEED_FORMAT, type FeedHead, parseFeedHead } from './feed-head.js';

/** The head of a feed that can be copied to another machine. An older file lacks some of its fields. */
export type CopiedHead = Required<Omit<FeedHead, 'format' | 'source'>>;

/** A feed's file, opened for copying: a concurrent sync replaces the file without affecting the reader. */
export interface FeedCopy {
  readonly head: CopiedHead;
  /** The lines after the head, as bytes. Can be read repeatedly. */
  body(): Readable;
  close(): Promise<void>;
}

const LONGEST_HEAD = 64 * 1024;
const NEWLINE = 0x0a;

/** @returns undefined if the file is missing, or cannot be copied */
export async function openFeedCopy(path: string): Promise<FeedCopy | undefined> {
  const file = await open(path).catch(() => undefined);
  if (file === undefined) return undefined;
  const begin = await readBeginning(file).catch(() => undefined);
  if (begin === undefined) {
    await file.close();
    return undefined;
  }
  return {
    head: begin.head,
    body: () => file.createReadStream({ start: begin.length, autoClose: false }),
    close: () => file.close(),
  };
}

async function readBeginning(file: FileHandle) {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(LONGEST_HEAD), 0, LONGEST_HEAD, 0);
  const end = buffer.subarray(0, bytesRead).indexOf(NEWLINE);
  const head = end === -1 ? undefined : parseFeedHead(buffer.toString('utf8', 0, end));
  if (head?.revision === undefined || head.fixes === undefined) return undefined;
  const { syncedAt, modified, lines, revision, fixes } = head;
  return { head: { syncedAt, modified, lines, revision, fixes }, length: end + 1 };
}

/**
 * Writes a feed's file atomically.
 * @param source the feed's source, as in the settings
 * @param body rejects if it is damaged: then the previous file remains
 */
export function writeFeedCopy(
  path: string,
  source: string,
  head: CopiedHead,
  body: AsyncIterable<Uint8Array>,
): Promise<void> {
  return replaceFeedFile(path, async (file) => {
    await file.write(`${JSON.stringify({ format: FEED_FORMAT, source, ...head })}\n`);
    for await (const piece of body) await file.writeFile(piece);
  });
}
