import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, brotliDecompress, constants } from 'node:zlib';
import type { ProjectName } from '../../domain/project-name.js';
import type { CacheRoom } from '../cache-room.js';
import type { PageStore, StoredPage } from '../page-store.js';
import { writeAtomically } from './atomic-file.js';

const compress = promisify(brotliCompress);
const decompress = promisify(brotliDecompress);
/** No page is longer, in bytes, once unpacked. */
const MAX_PAGE = 256 * 1024 * 1024;

/**
 * Upstream pages as files `<directory>/<upstream>/<project>`: one line of JSON that describes the page, then
 * its body, compressed.
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

  async put(upstream: string, project: ProjectName, page: StoredPage): Promise<void> {
    const name = nameOf(upstream, project);
    const { body, ...header } = page;
    const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } };
    const file = Buffer.concat([
      Buffer.from(`${JSON.stringify({ ...header, bytes: body.length })}\n`),
      await compress(body, quality),
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

/** Undefined for a file that is not whole: the page is fetched again. */
async function readPage(file: Buffer): Promise<StoredPage | undefined> {
  const lineEnd = file.indexOf(0x0a);
  try {
    const { bytes, ...header } = JSON.parse(file.toString('utf8', 0, lineEnd)) as Omit<
      StoredPage,
      'body'
    > & { bytes: number };
    const body = await decompress(file.subarray(lineEnd + 1), { maxOutputLength: MAX_PAGE });
    const whole =
      body.length === bytes &&
      typeof header.url === 'string' &&
      typeof header.contentType === 'string' &&
      typeof header.checkedAt === 'number';
    return whole ? { ...header, body } : undefined;
  } catch {
    return undefined;
  }
}
