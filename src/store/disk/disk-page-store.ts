import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProjectName } from '../../domain/project-name.js';
import type { CacheRoom } from '../cache-room.js';
import { openPage, packPage, type Take, unpackPage } from '../packed-page.js';
import type { PageStore, PageToStore, StoredPage } from '../page-store.js';
import {
  ANY_FILES,
  type DiskFiles,
  isMissing,
  NOT_OURS,
  readPlainFile,
  reasonOf,
} from './disk-files.js';

/** Upstream pages as compressed files `<directory>/<upstream>/<project>` (`packed-page.ts`). */
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
    const file = await this.packed(upstream, project);
    if (file === undefined) return undefined;
    const packed = openPage(file);
    const page = packed && (await unpackPage(packed, take));
    if (page === undefined) this.#files.onUnreadable(this.#pathOf(upstream, project), NOT_OURS);
    return page;
  }

  async packed(upstream: string, project: ProjectName): Promise<Uint8Array | undefined> {
    const path = this.#pathOf(upstream, project);
    try {
      const file = await readPlainFile(path);
      this.#room.use(nameOf(upstream, project), file.length);
      return file;
    } catch (error) {
      if (!isMissing(error)) this.#files.onUnreadable(path, reasonOf(error));
      return undefined;
    }
  }

  async put(upstream: string, project: ProjectName, page: PageToStore): Promise<void> {
    const name = nameOf(upstream, project);
    const file = await packPage(page);
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

  #pathOf(upstream: string, project: ProjectName): string {
    return join(this.#directory, nameOf(upstream, project));
  }
}

function nameOf(upstream: string, project: ProjectName): string {
  return join(upstream, project);
}
