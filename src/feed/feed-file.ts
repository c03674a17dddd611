import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { moveFile } from '../runtime/move-file.js';
import {
  FEED_FORMAT,
  type FeedHead,
  type FeedState,
  parseFeedHead,
  readFeedHead,
} from './feed-head.js';
import { type FeedIndex, feedRevision, IndexBuilder } from './feed-index.js';
import type { FeedEntry, FixEntry } from './osv-record.js';

/** A feed as stored on disk. */
export interface StoredFeed extends FeedState {
  /** By the record's identifier; records without entries are omitted. */
  readonly records: ReadonlyMap<string, readonly FeedEntry[]>;
  /** The fixes of reviewed advisories, also by identifier; undefined in an older file, which has none. */
  readonly fixes?: ReadonlyMap<string, readonly FixEntry[]>;
  /** The time of each record's last change, as the source listed it when the record was read; by identifier. */
  readonly times?: ReadonlyMap<string, string>;
}

/** Bytes read, and lines written, between yields to the event loop: a large feed takes a second in all. */
const BYTES_A_TURN = 256 * 1024;
const LINES_A_TURN = 2_000;

/** Reads all records for the next sync; undefined if the file is missing, incomplete or of another format. */
export async function readFeedFile(path: string): Promise<StoredFeed | undefined> {
  const records = new Map<string, readonly FeedEntry[]>();
  const fixes = new Map<string, readonly FixEntry[]>();
  let times = new Map<string, string>();
  const state = await readLines(path, {
    onRecord: (_line, id, entries) => records.set(id, entries),
    onFix: (_line, id, entries) => fixes.set(id, entries),
    onTimes: (line) => {
      times = new Map(Object.entries(JSON.parse(line) as Record<string, string>));
    },
  });
  if (state === undefined) return undefined;
  const { hasFixes, ...rest } = state;
  return { ...rest, records, times, ...(hasFixes && { fixes }) };
}

/** Reads it as an index, yielding in between; undefined as above. */
export async function readFeedIndex(path: string): Promise<FeedIndex | undefined> {
  const index = new IndexBuilder();
  const state = await readLines(path, {
    onRecord: (line, _id, entries) => index.add(line, entries),
    onFix: (line, _id, fixes) => index.addFix(line, fixes),
  });
  return state && index.build(state.syncedAt);
}

/**
 * Reads it as an index if it differs from the known one.
 * @param known the index from an earlier read, which is returned if the file has the same content
 */
export async function readNewer(
  path: string,
  known: FeedIndex | undefined,
): Promise<FeedIndex | undefined> {
  const head = await readFeedHead(path);
  const isKnown =
    known !== undefined &&
    known.revision === head?.revision &&
    (head?.fixes === undefined || known.fixesRevision === head.fixes);
  if (head === undefined || !isKnown) return head && readFeedIndex(path);
  return head.syncedAt === known.syncedAt ? known : known.at(head.syncedAt);
}

interface FeedReader {
  readonly onRecord: (line: string, id: string, entries: readonly FeedEntry[]) => void;
  readonly onFix: (line: string, id: string, fixes: readonly FixEntry[]) => void;
  readonly onTimes?: (line: string) => void;
}

/** Undefined if the file is missing or incomplete: then it is fetched again. */
async function readLines(
  path: string,
  { onRecord, onFix, onTimes }: FeedReader,
): Promise<(FeedState & { readonly hasFixes: boolean }) | undefined> {
  try {
    let head: FeedHead | undefined;
    let count = 0;
    for await (const lines of linesOf(path)) {
      for (const line of lines) {
        if (head === undefined) {
          head = parseFeedHead(line);
          if (head === undefined) return undefined;
          continue;
        }
        if (line.startsWith('{')) {
          onTimes?.(line);
          continue;
        }
        const [id, entries, fixes] = JSON.parse(line) as [string, FeedEntry[], FixEntry[]?];
        if (fixes === undefined) onRecord(line, id, entries);
        else onFix(line, id, fixes);
        count += 1;
      }
      await nextTurn();
    }
    // An incomplete file lacks lines at its end.
    if (head === undefined || count !== head.lines) return undefined;
    const { source, syncedAt, modified } = head;
    return { source, syncedAt, modified, hasFixes: head.fixes !== undefined };
  } catch {
    return undefined;
  }
}

/** The complete lines of a file, in batches. */
async function* linesOf(path: string): AsyncGenerator<string[]> {
  let rest = '';
  const text = createReadStream(path, { encoding: 'utf8', highWaterMark: BYTES_A_TURN });
  for await (const piece of text as AsyncIterable<string>) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop()!;
    yield lines;
  }
}

/** The fixes in the form of a line. */
function* fixLines(fixes: NonNullable<StoredFeed['fixes']>) {
  for (const [id, entries] of fixes) yield [id, [], entries] as const;
}

/** Writes it atomically: a reader, even after a crash, finds the old file or the new one. */
export function writeFeedFile(path: string, feed: StoredFeed): Promise<void> {
  return replaceFeedFile(path, async (file) => {
    const { source, syncedAt, modified, records, fixes = new Map(), times = [] } = feed;
    const lines = [...records, ...fixLines(fixes)];
    const head: FeedHead = {
      format: FEED_FORMAT,
      source,
      syncedAt,
      modified,
      lines: lines.length,
      revision: feedRevision(records),
      ...(feed.fixes !== undefined && { fixes: feedRevision(fixLines(fixes)) }),
    };
    let batch = [head, Object.fromEntries(times)].map((line) => `${JSON.stringify(line)}\n`);
    for (const record of lines) {
      batch.push(`${JSON.stringify(record)}\n`);
      if (batch.length < LINES_A_TURN) continue;
      await file.write(batch.join(''));
      batch = [];
    }
    await file.write(batch.join(''));
  });
}

/** @param write writes the content to a file that replaces the previous one when it is complete */
export async function replaceFeedFile(
  path: string,
  write: (file: FileHandle) => Promise<void>,
): Promise<void> {
  // The command and a server may write concurrently.
  const partial = `${path}.${randomUUID()}.part`;
  const file = await open(partial, 'w', 0o640);
  try {
    await write(file);
    await file.datasync();
    await file.close();
    await moveFile(partial, path);
  } catch (error) {
    await file.close().catch(() => {});
    await rm(partial, { force: true });
    throw error;
  }
}
