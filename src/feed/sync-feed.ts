import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { counted, plural } from '../domain/plural.js';
import { readFeedFile, type StoredFeed, writeFeedFile } from './feed-file.js';
import { feedRevision } from './feed-index.js';
import type { FeedSource } from './feed-source.js';
import type { FeedEntry, FixEntry, OsvRecord } from './osv-record.js';

/** The result of a sync. */
export interface SyncSummary {
  readonly how: 'whole' | 'changes' | 'unchanged';
  /** Number of records in the feed. */
  readonly records: number;
  /** Milliseconds since 1970. */
  readonly syncedAt: number;
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  /** Number of listed records that were missing or unreadable: the next sync requests them again. */
  readonly missing: number;
  /** Reviewed advisories with a fixed version. */
  readonly fixes: number;
  /** See `feedRevision`. */
  readonly revision: string;
}

export interface SyncResult extends SyncSummary {
  readonly feed: StoredFeed;
}

/** Above this number of changes, the whole archive is fetched. */
const MAX_CHANGES = 300;
/** Records compared between yields to the event loop. */
const RECORDS_A_TURN = 5_000;
/** Maximum number of unreadable records in an archive, or one percent: above it, the archive is not a feed. */
const MAX_UNREADABLE = 10;
/** Age at which a sync's temporary file counts as left behind by a crash, in milliseconds. */
const LEFT_OVER = 6 * 3_600_000;

/** A feed under construction. */
interface Draft {
  readonly how: SyncSummary['how'];
  readonly records: Map<string, readonly FeedEntry[]>;
  readonly fixes: Map<string, readonly FixEntry[]>;
  /** Records that the source listed but did not return: their previous content remains. */
  readonly missing: ReadonlySet<string>;
}

/**
 * Updates the feed's file: by the list of changes if it is short, or else completely. The file is replaced atomically
 * at the end; after a failure the previous feed remains. A missing or unreadable record does not stop the sync: its
 * previous content remains, and the next sync requests it again.
 * @param now milliseconds since 1970
 * @param onProgress receives progress messages for display
 * @throws if the source cannot be read, or contains no malware: a feed is never silently empty
 */
export async function syncFeed(
  source: FeedSource,
  file: string,
  now: number,
  onProgress: (what: string) => void = () => {},
): Promise<SyncResult> {
  await mkdir(dirname(file), { recursive: true });
  await removeLeftOvers(file, now);
  const stored = await readFeedFile(file);
  const before = stored?.source === source.name ? stored : undefined;
  onProgress('checking for changes');
  const listed = await source.changes();
  // A file of an older version lacks the fixes, which are in records that have not changed since.
  const news = before?.fixes && listed && newsOf(before, listed);
  const { how, records, fixes, missing } =
    news === undefined
      ? await readWhole(source, before, listed, onProgress)
      : await readChanges(source, before!, news, onProgress);
  if (records.size === 0) throw new Error(`${source.name} contains no PyPI malware records`);
  const times = new Map([...(listed ?? [])].filter(([id]) => !missing.has(id)));
  const modified = [...times.values()].reduce((a, b) => (a > b ? a : b), before?.modified ?? '');
  const feed = { source: source.name, syncedAt: now, modified, records, fixes, times };
  await writeFeedFile(file, feed);
  return {
    feed,
    how,
    records: records.size,
    fixes: fixes.size,
    syncedAt: now,
    missing: missing.size,
    revision: feedRevision(records),
    ...(await difference(before?.records ?? new Map(), records)),
  };
}

/**
 * The records to request one by one; undefined if the whole archive is needed: the records are too many, or the list
 * lacks a known one, which may be deleted, or the list incomplete.
 */
function newsOf(
  before: StoredFeed,
  listed: ReadonlyMap<string, string>,
): readonly string[] | undefined {
  for (const known of [before.records, before.fixes ?? NONE])
    for (const id of known.keys()) if (!listed.has(id)) return undefined;
  const news = [...listed].filter(([id, time]) => before.times?.get(id) !== time);
  return news.length > MAX_CHANGES ? undefined : news.map(([id]) => id);
}

async function readChanges(
  source: FeedSource,
  before: StoredFeed,
  news: readonly string[],
  onProgress: (what: string) => void,
): Promise<Draft> {
  const draft = { records: new Map(before.records), fixes: new Map(before.fixes) };
  const missing = new Set<string>();
  for (const [index, id] of news.entries()) {
    onProgress(`fetching change ${index + 1} of ${news.length}`);
    const record = await source.record(id);
    if (record === undefined) missing.add(id);
    else applyRecord(draft, { ...record, id });
  }
  return { how: news.length === 0 ? 'unchanged' : 'changes', ...draft, missing };
}

async function readWhole(
  source: FeedSource,
  before: StoredFeed | undefined,
  listed: ReadonlyMap<string, string> | undefined,
  onProgress: (what: string) => void,
): Promise<Draft> {
  onProgress('fetching the whole feed');
  const draft: Pick<Draft, 'records' | 'fixes'> = { records: new Map(), fixes: new Map() };
  const missing = new Set(listed?.keys());
  let [read, unreadable] = [0, 0];
  for await (const { name, record } of source.all()) {
    read += 1;
    if (read % 5_000 === 0) onProgress(`${read} records read`);
    if (record === undefined) {
      unreadable += 1;
      missing.add(name);
      continue;
    }
    const id = listed?.has(name) ? name : record.id;
    applyRecord(draft, { ...record, id });
    missing.delete(id);
  }
  if (unreadable > Math.max(MAX_UNREADABLE, read / 100))
    throw new Error(
      `${unreadable} of ${counted(read, 'feed file')} ${plural(unreadable, 'is not an OSV record', 'are not OSV records')}`,
    );
  for (const id of missing) {
    const known = before?.records.get(id);
    const fixes = before?.fixes?.get(id);
    if (known !== undefined) draft.records.set(id, known);
    if (fixes !== undefined) draft.fixes.set(id, fixes);
  }
  return { how: 'whole', ...draft, missing };
}

/** Adds a record to a feed; a record without entries is removed. */
function applyRecord(
  { records, fixes }: Pick<Draft, 'records' | 'fixes'>,
  { id, entries, fixes: fixed }: OsvRecord,
): void {
  if (entries.length > 0) records.set(id, entries);
  else records.delete(id);
  if (fixed.length > 0) fixes.set(id, fixed);
  else fixes.delete(id);
}

const NONE = new Map<string, never>();

/** Older versions fetched an archive into a separate file (`.zip`). */
async function removeLeftOvers(file: string, now: number): Promise<void> {
  for (const name of await readdir(dirname(file))) {
    if (!name.startsWith(`${basename(file)}.`) || !/\.(?:part|zip)$/.test(name)) continue;
    const path = join(dirname(file), name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: now }));
    if (mtimeMs < now - LEFT_OVER) await rm(path, { force: true });
  }
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
  // Excludes the records that are in both.
  const removed = before.size - (after.size - added);
  return { added, changed, removed };
}
