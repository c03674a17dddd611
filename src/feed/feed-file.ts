import { createHash } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { FeedIndex } from './feed-index.js';
import type { FeedEntry, OsvRecord } from './osv-record.js';

/** What is known of a feed beside its records. */
export interface FeedState {
  /** Where it came from: another source starts anew. */
  readonly source: string;
  /** Milliseconds since 1970: when it was last known to be current. */
  readonly syncedAt: number;
  /** The newest change that is in it, as the source writes times. */
  readonly modified: string;
}

/** A feed as it lies on the disk. */
export interface StoredFeed extends FeedState {
  /** By the record's identifier; records without entries are left out. */
  readonly records: ReadonlyMap<string, readonly FeedEntry[]>;
}

const FORMAT = 1;
/** Lines read before others get a turn: a large feed takes a second in all. */
const LINES_A_TURN = 2_000;

/** Reads it; undefined where there is none, or it is torn or of another format: then it is fetched anew. */
export async function readFeedFile(path: string): Promise<StoredFeed | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch {
    return undefined;
  }
  const lines = text.split('\n');
  try {
    const head = JSON.parse(lines[0] ?? '') as FeedState & { format: number; lines: number };
    // The last line is empty: one that is torn shows by its absence.
    if (head.format !== FORMAT || lines.length !== head.lines + 2) return undefined;
    const records = new Map<string, readonly FeedEntry[]>();
    for (let at = 1; at <= head.lines; at += 1) {
      const [id, entries] = JSON.parse(lines[at]!) as [string, FeedEntry[]];
      records.set(id, entries);
      if (at % LINES_A_TURN === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    const { source, syncedAt, modified } = head;
    return { source, syncedAt, modified, records };
  } catch {
    return undefined;
  }
}

/** Writes it in one step: a reader, and a crash, finds the old one or the new one. */
export async function writeFeedFile(path: string, feed: StoredFeed): Promise<void> {
  const partial = `${path}.part`;
  const file = await open(partial, 'w', 0o640);
  try {
    const { source, syncedAt, modified, records } = feed;
    const head = { format: FORMAT, source, syncedAt, modified, lines: records.size };
    let batch = [`${JSON.stringify(head)}\n`];
    for (const record of records) {
      batch.push(`${JSON.stringify(record)}\n`);
      if (batch.length < LINES_A_TURN) continue;
      await file.write(batch.join(''));
      batch = [];
    }
    await file.write(batch.join(''));
    await file.datasync();
    await file.close();
    await rename(partial, path);
  } catch (error) {
    await file.close().catch(() => {});
    await rm(partial, { force: true });
    throw error;
  }
}

/** Makes a stored feed ready to be asked. */
export function indexOf(feed: StoredFeed): FeedIndex {
  const revision = createHash('sha256').update(
    `${feed.source} ${feed.modified} ${feed.records.size}`,
  );
  return new FeedIndex(
    revision.digest('hex').slice(0, 12),
    feed.syncedAt,
    [...feed.records.values()].flat(),
  );
}

/** Takes records over into a feed; those without entries (withdrawn, no malware) leave it. */
export function applyRecords(
  records: Map<string, readonly FeedEntry[]>,
  changes: Iterable<OsvRecord>,
): void {
  for (const { id, entries } of changes)
    if (entries.length > 0) records.set(id, entries);
    else records.delete(id);
}
