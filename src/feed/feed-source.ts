import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Readable } from 'node:stream';
import { collect } from '../runtime/collect.js';
import { type OsvRecord, readOsvRecord } from './osv-record.js';
import { type JsonFile, readJsonMembers } from './zip-members.js';

/** Fetches a URL's body; undefined where there is none. @throws where the answer is neither */
export type FetchBody = (url: string) => Promise<Readable | undefined>;

/** Where a feed comes from: OSV's form, `all.zip` and `modified_id.csv` beside one file a record. */
export interface FeedSource {
  readonly name: string;
  /** When each record was last changed, by identifier; undefined where the source has no list that can be read. */
  changes(): Promise<ReadonlyMap<string, string> | undefined>;
  /** One record; undefined where there is none of that name, or something that is no record. */
  record(id: string): Promise<OsvRecord | undefined>;
  /** Every record; undefined in the place of one that cannot be read. Only all of them together are known to be right. */
  all(): AsyncIterable<FoundRecord>;
}

export interface FoundRecord {
  readonly name: string;
  readonly record: OsvRecord | undefined;
}

const MAX_LIST = 64 * 2 ** 20;

/** A source on the web, or a mirror of one. @param url the folder, without a trailing slash */
export function webSource(url: string, fetchBody: FetchBody): FeedSource {
  const text = async (path: string) => {
    const body = await fetchBody(`${url}/${path}`);
    return body && (await collect(body, MAX_LIST, tooLong)).toString('utf8');
  };
  return {
    name: url,
    changes: async () => {
      const list = await text('modified_id.csv');
      return list === undefined ? undefined : readChanges(list);
    },
    record: async (id) => {
      const found = await text(`${encodeURIComponent(id)}.json`);
      return found === undefined ? undefined : readRecord({ name: id, text: found });
    },
    all: async function* () {
      const body = await fetchBody(`${url}/all.zip`);
      if (body === undefined) throw new Error(`no ${url}/all.zip`);
      yield* readRecords(readJsonMembers(body));
    },
  };
}

/** A folder on this machine: `all.zip` in it, or one `.json` file a record, at any depth. */
export function folderSource(folder: string): FeedSource {
  return {
    name: folder,
    changes: async () => undefined,
    record: async () => undefined,
    all: async function* () {
      const archive = join(folder, 'all.zip');
      const isThere = await stat(archive).then(
        () => true,
        () => false,
      );
      yield* readRecords(isThere ? readJsonMembers(createReadStream(archive)) : readFiles(folder));
    },
  };
}

async function* readFiles(folder: string): AsyncGenerator<JsonFile> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  // A mounted volume has links to files.
  const paths = entries
    .filter((entry) => entry.name.endsWith('.json') && !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name));
  for (const path of paths.sort())
    yield { name: basename(path, '.json'), text: await readFile(path, 'utf8') };
}

async function* readRecords(files: AsyncIterable<JsonFile>): AsyncGenerator<FoundRecord> {
  for await (const file of files) yield { name: file.name, record: readRecord(file) };
}

function readRecord({ name, text }: JsonFile): OsvRecord | undefined {
  try {
    return readOsvRecord(JSON.parse(text), name);
  } catch {
    return undefined;
  }
}

/** Undefined where a line is not a time and an identifier: nobody can tell what else such a list leaves out. */
function readChanges(text: string): Map<string, string> | undefined {
  const changes = new Map<string, string>();
  for (const line of text.split('\n').map((raw) => raw.trim())) {
    if (line === '') continue;
    const [, modified, id] =
      /^(\d{4}-\d{2}-\d{2}T[^,\s]+),(?:[^,\s]*\/)?([^,\s/]+)$/.exec(line) ?? [];
    if (modified === undefined || id === undefined) return undefined;
    changes.set(id, modified);
  }
  return changes;
}

function tooLong(): Error {
  return new Error('a part of the feed is too large');
}
