import { createReadStream } from 'node:fs';

/**
 * The format of a feed's file: the first line is a `FeedHead`, the second may contain times, and each other line is a
 * record.
 */
export const FEED_FORMAT = 1;
/** The maximum length of the first line, in bytes. */
const LONGEST = 64 * 1024;

/** The facts about a feed, apart from its records. */
export interface FeedState {
  /** The origin: another source requires a full sync. */
  readonly source: string;
  /** When it was last known to be current, in milliseconds since 1970. */
  readonly syncedAt: number;
  /** The newest change in it, in the source's notation. */
  readonly modified: string;
}

/** The first line. A second one may contain the times; each other line is a record, or fixes after an empty list. */
export interface FeedHead extends FeedState {
  readonly format: number;
  readonly lines: number;
  /** See `feedRevision`. */
  readonly revision?: string;
  /** The same for the fixes; absent if none were read. */
  readonly fixes?: string;
}

/** @returns undefined if the line is no head, or of another format */
export function parseFeedHead(line: string): FeedHead | undefined {
  try {
    const head = JSON.parse(line) as FeedHead;
    return head.format === FEED_FORMAT ? head : undefined;
  } catch {
    return undefined;
  }
}

/** The head of a file; undefined if there is none. */
export async function readFeedHead(path: string): Promise<FeedHead | undefined> {
  try {
    const text = createReadStream(path, { encoding: 'utf8', end: LONGEST });
    let read = '';
    for await (const piece of text as AsyncIterable<string>) {
      read += piece;
      const end = read.indexOf('\n');
      if (end !== -1) return parseFeedHead(read.slice(0, end));
    }
  } catch {
    // The same as a missing file.
  }
  return undefined;
}
