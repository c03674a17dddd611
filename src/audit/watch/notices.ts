import { type FSWatcher, watch } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { osPath, type SitePath } from '../environment/site-path.js';
import { listSite } from '../environment/walk.js';
import { blindFileSystem } from './blind-file-systems.js';

/** Tells that something changed under some folders; may miss a change, so looking again stays necessary. */
export interface ChangeNotices {
  /** Watches these folders from now on, and no others; folders made in them meanwhile are watched too. */
  watch(folders: readonly SitePath[]): void;
  /** Folders that cannot be watched: the system has no more watches, or does not know how. */
  readonly unwatched: number;
  /** The file system among those of these folders that gives no notice of what others write; undefined: none. */
  blind(folders: readonly SitePath[]): Promise<string | undefined>;
  close(): void;
}

/**
 * One watch a folder. Node's own recursive watching on Linux takes one for every file as well, which an
 * environment of 50,000 files has not left to give.
 */
export class FolderNotices implements ChangeNotices {
  readonly #watchers = new Map<SitePath, FSWatcher>();
  readonly #failed = new Set<SitePath>();
  readonly #onChange: (path: SitePath) => void;
  #closed = false;

  /** @param onChange is told the path that changed, or the folder where the system does not say */
  constructor(onChange: (path: SitePath) => void) {
    this.#onChange = onChange;
  }

  get unwatched(): number {
    return this.#failed.size;
  }

  watch(folders: readonly SitePath[]): void {
    const wanted = new Set(folders);
    for (const folder of this.#watchers.keys()) if (!wanted.has(folder)) this.#drop(folder);
    this.#failed.clear();
    for (const folder of wanted) this.#add(folder);
  }

  async blind(folders: readonly SitePath[]): Promise<string | undefined> {
    return await blindFileSystem(folders);
  }

  close(): void {
    this.#closed = true;
    for (const folder of [...this.#watchers.keys()]) this.#drop(folder);
  }

  #add(folder: SitePath): void {
    if (this.#closed || this.#watchers.has(folder)) return;
    let watcher: FSWatcher;
    try {
      watcher = watch(osPath(folder), { encoding: 'buffer' });
    } catch {
      this.#failed.add(folder);
      return;
    }
    this.#watchers.set(folder, watcher);
    watcher.on('error', () => {
      this.#drop(folder);
      this.#onChange(folder);
    });
    watcher.on('change', (event, name) => {
      const path = name ? (`${folder}/${name.toString('latin1')}` as SitePath) : folder;
      this.#onChange(path);
      if (event === 'rename') void this.#adopt(path);
    });
  }

  /**
   * Watches a folder that was just made, with what was made in it before the watch stood. One that is made
   * again under its name is another one, and the watch of the first is dead.
   */
  async #adopt(path: SitePath): Promise<void> {
    const found = await lstat(osPath(path)).catch(() => undefined);
    const isFolder = found?.isDirectory() ?? false;
    const before = isFolder ? (await listSite(path)).folders : [];
    for (const folder of [path, ...before]) this.#drop(folder);
    if (!isFolder) return;
    this.#add(path);
    // A folder that is made between a look and its parent's watch is nobody's news: look until there is none.
    for (let fresh = [path]; fresh.length > 0; ) {
      const { folders } = await listSite(path);
      fresh = folders.filter((one) => !this.#watchers.has(one) && !this.#failed.has(one));
      if (this.#closed) return;
      for (const folder of fresh) this.#add(folder);
    }
    this.#onChange(path);
  }

  #drop(folder: SitePath): void {
    this.#watchers.get(folder)?.close();
    this.#watchers.delete(folder);
  }
}
