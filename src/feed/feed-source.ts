import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Readable } from 'node:stream';
import { collect } from '../runtime/collect.js';
import { type OsvRecord, readOsvRecord } from './osv-record.js';
import { type JsonFile, readJsonMembers } from './zip-members.js';

/** Fetches a URL's body; undefined if it does not exist. @throws on any other response */
export type FetchBody = (url: string) => Promise<Readable | undefined>;

/** The source of a feed in OSV's layout: `all.zip` and `modified_id.csv`, with one file per record. */
export interface FeedSource {
  readonly name: string;
  /** The time of each record's last change, by identifier; undefined if the source has no readable list. */
  changes(): Promise<ReadonlyMap<string, string> | undefined>;
  /** One record; undefined if it does not exist or is invalid. */
  record(id: string): Promise<OsvRecord | undefined>;
  /** All records; undefined in place of an unreadable one. They are verified only after the last one. */
  all(): AsyncIterable<FoundRecord>;
}

export interface FoundRecord {
  readonly name: string;
  readonly record: OsvRecord | undefined;
}

const MAX_LIST = 64 * 2 ** 20;

/** A source on the web, or its mirror. @param url the folder, without a trailing slash */
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

/** A local folder: `all.zip` in it, or one `.json` file per record, at any depth. */
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
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') throw new Error(`no such folder: ${folder}`);
      throw error;
    },
  );
  // A mounted volume contains links to files.
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

/** Undefined if a line is no time with an identifier: such a list may lack other records too. */
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
