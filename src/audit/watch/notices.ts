import { type FSWatcher, watch } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { osPath, type SitePath } from '../environment/site-path.js';
import { listSite } from '../environment/walk.js';
import { blindFileSystem } from './blind-file-systems.js';

/** Reports changes in folders. It may miss some, so repeated scans remain necessary. */
export interface ChangeNotices {
  /** Watches only these folders from now on, including folders that are created in them. */
  watch(folders: readonly SitePath[]): void;
  /** Number of folders that cannot be watched: the system has no watches left, or does not support them. */
  readonly unwatched: number;
  /** The first of these folders' file systems that does not report external changes; undefined if all do. */
  blind(folders: readonly SitePath[]): Promise<string | undefined>;
  close(): void;
}

/**
 * One watch per folder. Node's own recursive watching on Linux also uses one per file, which exceeds the system's limit
 * for an environment of 50,000 files.
 */
export class FolderNotices implements ChangeNotices {
  readonly #watchers = new Map<SitePath, FSWatcher>();
  readonly #failed = new Set<SitePath>();
  readonly #onChange: (path: SitePath) => void;
  #closed = false;

  /** @param onChange receives the changed path, or the folder if the system does not report the path */
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
   * Watches a new folder, and reports its content from before the watch started. A folder that is created again under
   * the same name is a different one, and the watch of the first is dead.
   */
  async #adopt(path: SitePath): Promise<void> {
    const found = await lstat(osPath(path)).catch(() => undefined);
    const isFolder = found?.isDirectory() ?? false;
    const before = isFolder ? (await listSite(path)).folders : [];
    for (const folder of [path, ...before]) this.#drop(folder);
    if (!isFolder) return;
    this.#add(path);
    // A folder that is created between a listing and its parent's watch is never reported, so list until there is no
    // new one.
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
