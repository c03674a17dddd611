import { createWriteStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type OsvRecord, readOsvRecord } from './osv-record.js';
import { readJsonMembers } from './read-zip.js';

/** Fetches a URL's body. @throws where the answer is not 200 */
export type FetchBody = (url: string) => Promise<Readable>;

/** Where a feed comes from: OSV's form, `all.zip` and `modified_id.csv` beside one file a record. */
export interface FeedSource {
  readonly name: string;
  /** Identifiers and times of change, newest first; undefined where the source has no such list. */
  changes(): Promise<readonly Change[] | undefined>;
  /** One record; undefined where it is gone. */
  record(id: string): Promise<OsvRecord | undefined>;
  /** Every record. */
  all(scratch: string): AsyncIterable<OsvRecord>;
}

export interface Change {
  readonly id: string;
  readonly modified: string;
}

/** Bytes of the whole archive, at most: OSV's has some 60 MB. */
const MAX_ARCHIVE = 2 ** 30;
const MAX_LIST = 64 * 2 ** 20;

/** A source on the web, or a mirror of one. @param url the folder, without a trailing slash */
export function webSource(url: string, fetchBody: FetchBody): FeedSource {
  const text = async (path: string) => collect(await fetchBody(`${url}/${path}`));
  return {
    name: url,
    changes: async () => readChanges(await text('modified_id.csv')),
    record: async (id) => readOsvRecord(JSON.parse(await text(`${encodeURIComponent(id)}.json`))),
    all: async function* (scratch) {
      const body = await fetchBody(`${url}/all.zip`);
      let size = 0;
      body.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > MAX_ARCHIVE) body.destroy(new Error('the archive of the feed is too long'));
      });
      await pipeline(body, createWriteStream(scratch, { mode: 0o640 }));
      yield* readTexts(readJsonMembers(scratch));
    },
  };
}

/** A folder on this machine: `all.zip` in it, or one `.json` file a record. */
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
      yield* readTexts(isThere ? readJsonMembers(archive) : readFiles(folder));
    },
  };
}

async function* readFiles(folder: string): AsyncGenerator<string> {
  for (const name of await readdir(folder))
    if (name.endsWith('.json')) yield await readFile(join(folder, name), 'utf8');
}

/** A record that cannot be read is doubt about the whole: the feed before it stays. */
async function* readTexts(texts: AsyncIterable<string>): AsyncGenerator<OsvRecord> {
  for await (const text of texts) {
    const record = readOsvRecord(JSON.parse(text));
    if (record === undefined) throw new Error('the feed holds something that is no OSV record');
    yield record;
  }
}

function readChanges(text: string): Change[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [modified = '', id = ''] = line.trim().split(',');
      return { modified, id: id.split('/').at(-1)! };
    });
}

async function collect(body: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_LIST) throw new Error('a part of the feed is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
