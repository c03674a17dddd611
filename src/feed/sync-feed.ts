import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { counted, plural } from '../domain/plural.js';
import { readFeedFile, type StoredFeed, writeFeedFile } from './feed-file.js';
import { feedRevision } from './feed-index.js';
import type { FeedSource } from './feed-source.js';
import type { FeedEntry, FixEntry, OsvRecord } from './osv-record.js';

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
  /** Records that the source lists, and that were not there or could not be read: asked for again the next time. */
  readonly missing: number;
  /** Reviewed advisories with a fixed version. */
  readonly fixes: number;
  /** See `feedRevision`. */
  readonly revision: string;
}

export interface SyncResult extends SyncSummary {
  readonly feed: StoredFeed;
}

/** More changes than this are fetched with the whole archive. */
const MAX_CHANGES = 300;
/** Records compared before others get a turn. */
const RECORDS_A_TURN = 5_000;
/** Of a whole archive, so many records may be unreadable, or one in a hundred: else the archive is no feed. */
const MAX_UNREADABLE = 10;
/** Milliseconds after which a file that a sync works on is a crashed one's. */
const LEFT_OVER = 6 * 3_600_000;

/** A feed in the making. */
interface Draft {
  readonly how: SyncSummary['how'];
  readonly records: Map<string, readonly FeedEntry[]>;
  readonly fixes: Map<string, readonly FixEntry[]>;
  /** What the source listed and did not give: what was known of it stays. */
  readonly missing: ReadonlySet<string>;
}

/**
 * Brings the feed's file up to date: by the list of changes where that is short, else whole. The file is replaced in
 * one step at the end; a failure in between leaves the feed before it. One record that is not there, or cannot be
 * read, stops nothing: what was known of it stays, and the next sync asks for it again.
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
  await removeLeftOvers(file, now);
  const stored = await readFeedFile(file);
  const before = stored?.source === source.name ? stored : undefined;
  onProgress('checking for changes');
  const listed = await source.changes();
  // A file of an older version has no fixes: they are in records that have not changed since.
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
 * The records to ask for one by one; undefined where the whole archive has to tell: they are too many, or the list
 * lacks one that is known, which may be gone, or the list cut short.
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

/** Takes a record over into a feed; one that says nothing (any more) leaves it. */
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

/** Older versions fetched an archive into a file of its own (`.zip`). */
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
  // What is in both is counted in neither of these.
  const removed = before.size - (after.size - added);
  return { added, changed, removed };
}
