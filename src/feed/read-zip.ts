import { posix } from 'node:path';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';
import { type Entry, open, type ZipFile } from 'yauzl';

const openZip = promisify<string, { lazyEntries: true }, ZipFile>(open);

/** No record is longer, in bytes. */
const MAX_RECORD = 8 * 2 ** 20;

/** A record as it lies in a file, unread. */
export interface JsonFile {
  /** Of the file, without folders and `.json`. */
  readonly name: string;
  readonly text: string;
}

/**
 * The `.json` members of a zip file, one after the other.
 * @throws where the file is no zip, or a member is damaged or absurdly long
 */
export async function* readJsonMembers(path: string): AsyncGenerator<JsonFile> {
  const zip = await openZip(path, { lazyEntries: true });
  try {
    for (;;) {
      const entry = await nextEntry(zip);
      if (entry === undefined) return;
      if (!entry.fileName.endsWith('.json')) continue;
      if (entry.uncompressedSize > MAX_RECORD) throw new Error(`${entry.fileName} is too long`);
      yield { name: posix.basename(entry.fileName, '.json'), text: await readEntry(zip, entry) };
    }
  } finally {
    zip.close();
  }
}

function nextEntry(zip: ZipFile): Promise<Entry | undefined> {
  return new Promise((resolve, reject) => {
    const done = (value: Entry | undefined) => {
      zip.removeAllListeners();
      resolve(value);
    };
    zip.once('entry', done);
    zip.once('end', () => done(undefined));
    zip.once('error', reject);
    zip.readEntry();
  });
}

function readEntry(zip: ZipFile, entry: Entry): Promise<string> {
  return new Promise((resolve, reject) => {
    zip.openReadStream(entry, (error, stream) => {
      if (error !== null) return reject(error);
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const content = Buffer.concat(chunks);
        if (crc32(content) === entry.crc32) resolve(content.toString('utf8'));
        else reject(new Error(`${entry.fileName} is damaged: its checksum does not match`));
      });
      stream.on('error', reject);
    });
  });
}
