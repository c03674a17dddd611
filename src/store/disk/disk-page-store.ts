import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, createBrotliDecompress, createGunzip } from 'node:zlib';
import { Failure } from '../../domain/failure.js';
import type { ProjectName } from '../../domain/project-name.js';
import { collect } from '../../runtime/collect.js';
import type { CacheRoom } from '../cache-room.js';
import type { PageStore, PageToStore, StoredPage } from '../page-store.js';
import {
  ANY_FILES,
  type DiskFiles,
  isMissing,
  NOT_OURS,
  readPlainFile,
  reasonOf,
} from './disk-files.js';

const compress = promisify(brotliCompress);
const inflate = { gzip: createGunzip, br: createBrotliDecompress };
/** What inflates comes from a thread piece by piece: in few. */
const CHUNK = 256 * 1024;
/** No page is longer, in bytes, once unpacked. */
const MAX_PAGE = 64 * 1024 * 1024;

/**
 * Upstream pages as files `<directory>/<upstream>/<project>`: one line of JSON that describes the page, then
 * its body, packed as it was sent; what was sent unpacked is packed here.
 */
export class DiskPageStore implements PageStore {
  readonly #directory: string;
  readonly #room: CacheRoom;
  readonly #files: DiskFiles;

  constructor(directory: string, room: CacheRoom, files: DiskFiles = ANY_FILES) {
    this.#directory = directory;
    this.#room = room;
    this.#files = files;
  }

  async get(
    upstream: string,
    project: ProjectName,
    take: Take = () => undefined,
  ): Promise<StoredPage | undefined> {
    const name = nameOf(upstream, project);
    const path = join(this.#directory, name);
    const { onUnreadable } = this.#files;
    let file: Buffer;
    try {
      file = await readPlainFile(path);
    } catch (error) {
      if (!isMissing(error)) onUnreadable(path, reasonOf(error));
      return undefined;
    }
    this.#room.use(name, file.length);
    const page = await readPage(file, take);
    if (page === undefined) onUnreadable(path, NOT_OURS);
    return page;
  }

  async put(upstream: string, project: ProjectName, page: PageToStore): Promise<void> {
    const name = nameOf(upstream, project);
    const { sent, ...header } = page;
    const { encoding, bytes } = await packed(sent);
    const file = Buffer.concat([
      Buffer.from(`${JSON.stringify({ ...header, encoding, bytes: bytes.length })}\n`),
      bytes,
    ]);
    if (!(await this.#room.admit(name, file.length))) return;
    try {
      await this.#files.write(join(this.#directory, name), file);
    } catch (error) {
      this.#room.forget(name);
      throw error;
    }
    this.#room.use(name, file.length);
  }

  async delete(upstream: string, project: ProjectName): Promise<void> {
    const name = nameOf(upstream, project);
    this.#room.forget(name);
    await rm(join(this.#directory, name), { force: true });
  }
}

function nameOf(upstream: string, project: ProjectName): string {
  return join(upstream, project);
}

type Take = NonNullable<Parameters<PageStore['get']>[2]>;

/** The first line of a file. */
type Header = Omit<StoredPage, 'body'> & { encoding: 'gzip' | 'br'; bytes: number };

async function packed(sent: PageToStore['sent']): Promise<PageToStore['sent']> {
  if (sent.encoding !== 'identity') return sent;
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } };
  return { encoding: 'br', bytes: await compress(sent.bytes, quality) };
}

/** Undefined for a file that is not whole: the page is fetched again. */
async function readPage(file: Buffer, take: Take): Promise<StoredPage | undefined> {
  const lineEnd = file.indexOf(0x0a);
  try {
    const { bytes, encoding, ...header } = JSON.parse(file.toString('utf8', 0, lineEnd)) as Header;
    const body = file.subarray(lineEnd + 1);
    const isWhole =
      body.length === bytes &&
      typeof header.url === 'string' &&
      typeof header.contentType === 'string' &&
      typeof header.checkedAt === 'number';
    if (!isWhole) return undefined;
    await take(file.length);
    const inflating = inflate[encoding]({ chunkSize: CHUNK });
    inflating.end(body);
    return { ...header, body: await collect(inflating, MAX_PAGE, tooLong, take) };
  } catch (error) {
    // Too little room says nothing of the file.
    if (error instanceof Failure) throw error;
    return undefined;
  }
}

function tooLong(): Error {
  return new RangeError(`a page has at most ${MAX_PAGE} bytes`);
}
