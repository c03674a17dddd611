import { type FileHandle, open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { replaceFeedFile } from './feed-file.js';
import { FEED_FORMAT, type FeedHead, parseFeedHead } from './feed-head.js';

/** The head of a feed that can be copied to another machine: an older file lacks parts of it. */
export type CopiedHead = Required<Omit<FeedHead, 'format' | 'source'>>;

/** A feed's file, opened to be copied: a sync that replaces the file meanwhile does not change what is read. */
export interface FeedCopy {
  readonly head: CopiedHead;
  /** The lines below the head, as bytes. May be read again after its end. */
  body(): Readable;
  close(): Promise<void>;
}

const LONGEST_HEAD = 64 * 1024;
const NEWLINE = 0x0a;

/** @returns undefined where there is no file, or one that cannot be copied */
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
 * Writes a feed's file in one step.
 * @param source of the feed, as the settings name it
 * @param body rejects where it is damaged: then the file before stays
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
