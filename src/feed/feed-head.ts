import { createReadStream } from 'node:fs';

/** The layout of a feed's file: a first line that is a `FeedHead`, perhaps one of times, and one a record. */
export const FEED_FORMAT = 1;
/** A first line is shorter, in bytes. */
const LONGEST = 64 * 1024;

/** What is known of a feed beside its records. */
export interface FeedState {
  /** Where it came from: another source starts anew. */
  readonly source: string;
  /** Milliseconds since 1970: when it was last known to be current. */
  readonly syncedAt: number;
  /** The newest change that is in it, as the source writes times. */
  readonly modified: string;
}

/** The first line. A second one may give the times; the others a record each, of fixes behind an empty list. */
export interface FeedHead extends FeedState {
  readonly format: number;
  readonly lines: number;
  /** See `feedRevision`. */
  readonly revision?: string;
  /** The same of the fixes; absent where none were read. */
  readonly fixes?: string;
}

/** @returns undefined where it is none, or of another format */
export function parseFeedHead(line: string): FeedHead | undefined {
  try {
    const head = JSON.parse(line) as FeedHead;
    return head.format === FEED_FORMAT ? head : undefined;
  } catch {
    return undefined;
  }
}

/** What a file's first line says of it; undefined where there is none. */
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
    // As if there were none.
  }
  return undefined;
}
