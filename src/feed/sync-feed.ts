import { mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { applyRecords, readFeedFile, type StoredFeed, writeFeedFile } from './feed-file.js';
import type { Change, FeedSource } from './feed-source.js';
import type { FeedEntry, OsvRecord } from './osv-record.js';

/** What a sync came to. */
export interface SyncSummary {
  readonly how: 'whole' | 'changes' | 'unchanged';
  /** Records in the feed now. */
  readonly records: number;
  /** Milliseconds since 1970. */
  readonly syncedAt: number;
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
}

export interface SyncResult extends SyncSummary {
  readonly feed: StoredFeed;
}

/** More changes than this are fetched with the whole archive. */
const MAX_CHANGES = 300;
/** Records compared before others get a turn. */
const RECORDS_A_TURN = 5_000;

/**
 * Brings the feed's file up to date: by the list of changes where that is short, else whole. The file is replaced in
 * one step at the end; a failure in between leaves the feed before it.
 * @param now milliseconds since 1970
 * @param onProgress told what goes on, for a person
 * @throws where the source cannot be read, or gives no malware at all: a feed is never silently empty
 */
export async function syncFeed(
  source: FeedSource,
  file: string,
  now: number,
  onProgress: (what: string) => void = () => {},
): Promise<SyncResult> {
  await mkdir(dirname(file), { recursive: true });
  const stored = await readFeedFile(file);
  const before = stored?.source === source.name ? stored : undefined;
  onProgress('asking for changes');
  const changes = await source.changes();
  const news = before && changes && newerThan(before.modified, changes);
  const records = new Map<string, readonly FeedEntry[]>(before?.records);
  let how: SyncResult['how'];
  if (news !== undefined && news.length <= MAX_CHANGES) {
    how = news.length === 0 ? 'unchanged' : 'changes';
    for (const [index, { id }] of news.entries()) {
      onProgress(`fetching change ${index + 1} of ${news.length}`);
      applyRecords(records, [(await source.record(id)) ?? { id, modified: '', entries: [] }]);
    }
  } else {
    how = 'whole';
    records.clear();
    await readWhole(source, `${file}.zip`, records, onProgress);
  }
  if (records.size === 0) throw new Error(`${source.name} holds no malware record of PyPI`);
  const modified = changes?.[0]?.modified ?? before?.modified ?? '';
  const feed = { source: source.name, syncedAt: now, modified, records };
  await writeFeedFile(file, feed);
  return {
    feed,
    how,
    records: records.size,
    syncedAt: now,
    ...(await difference(before?.records ?? new Map(), records)),
  };
}

async function readWhole(
  source: FeedSource,
  scratch: string,
  records: Map<string, readonly FeedEntry[]>,
  onProgress: (what: string) => void,
): Promise<void> {
  onProgress('fetching the whole feed');
  try {
    let read = 0;
    for await (const record of source.all(scratch) as AsyncIterable<OsvRecord>) {
      applyRecords(records, [record]);
      read += 1;
      if (read % 5_000 === 0) onProgress(`${read} records read`);
    }
  } finally {
    await rm(scratch, { force: true });
  }
}

/** The list is sorted, newest first; what changed in the same instant as the last is asked for again. */
function newerThan(modified: string, changes: readonly Change[]): readonly Change[] {
  const end = changes.findIndex((change) => change.modified < modified);
  const news = end === -1 ? changes : changes.slice(0, end);
  return news[0]?.modified === modified ? [] : news;
}

async function difference(
  before: ReadonlyMap<string, readonly FeedEntry[]>,
  after: ReadonlyMap<string, readonly FeedEntry[]>,
): Promise<{ added: number; changed: number; removed: number }> {
  let [added, changed, count] = [0, 0, 0];
  for (const [id, entries] of after) {
    const known = before.get(id);
    if (known === undefined) added += 1;
    else if (known !== entries && JSON.stringify(known) !== JSON.stringify(entries)) changed += 1;
    count += 1;
    if (count % RECORDS_A_TURN === 0) await nextTurn();
  }
  // What is in both is counted in neither of these.
  const removed = before.size - (after.size - added);
  return { added, changed, removed };
}
