import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, brotliDecompress, constants, gunzip } from 'node:zlib';
import type { ProjectName } from '../../domain/project-name.js';
import type { CacheRoom } from '../cache-room.js';
import type { PageStore, PageToStore, StoredPage } from '../page-store.js';
import { writeAtomically } from './atomic-file.js';

const compress = promisify(brotliCompress);
const unpack = { gzip: promisify(gunzip), br: promisify(brotliDecompress) };
/** No page is longer, in bytes, once unpacked. */
const MAX_PAGE = 256 * 1024 * 1024;

/**
 * Upstream pages as files `<directory>/<upstream>/<project>`: one line of JSON that describes the page, then
 * its body, packed as it was sent; what was sent unpacked is packed here.
 */
export class DiskPageStore implements PageStore {
  readonly #directory: string;
  readonly #room: CacheRoom;

  constructor(directory: string, room: CacheRoom) {
    this.#directory = directory;
    this.#room = room;
  }

  async get(upstream: string, project: ProjectName): Promise<StoredPage | undefined> {
    const name = nameOf(upstream, project);
    let file: Buffer;
    try {
      file = await readFile(join(this.#directory, name));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
    this.#room.use(name, file.length);
    return readPage(file);
  }

  async put(upstream: string, project: ProjectName, page: PageToStore): Promise<void> {
    const name = nameOf(upstream, project);
    const { sent, ...header } = page;
    const { encoding, bytes } = await packed(sent);
    const file = Buffer.concat([
      Buffer.from(`${JSON.stringify({ ...header, encoding, bytes: bytes.length })}\n`),
      bytes,
    ]);
    await mkdir(join(this.#directory, upstream), { recursive: true });
    await writeAtomically(join(this.#directory, name), file);
    this.#room.use(name, file.length);
    await this.#room.makeRoom(0);
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

/** The first line of a file. */
type Header = Omit<StoredPage, 'body'> & { encoding: 'gzip' | 'br'; bytes: number };

async function packed(sent: PageToStore['sent']): Promise<PageToStore['sent']> {
  if (sent.encoding !== 'identity') return sent;
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } };
  return { encoding: 'br', bytes: await compress(sent.bytes, quality) };
}

/** Undefined for a file that is not whole: the page is fetched again. */
async function readPage(file: Buffer): Promise<StoredPage | undefined> {
  const lineEnd = file.indexOf(0x0a);
  try {
    const { bytes, encoding, ...header } = JSON.parse(file.toString('utf8', 0, lineEnd)) as Header;
    const body = file.subarray(lineEnd + 1);
    const isWhole =
      body.length === bytes &&
      typeof header.url === 'string' &&
      typeof header.contentType === 'string' &&
      typeof header.checkedAt === 'number';
    return isWhole
      ? { ...header, body: await unpack[encoding](body, { maxOutputLength: MAX_PAGE }) }
      : undefined;
  } catch {
    return undefined;
  }
}
