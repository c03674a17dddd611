import type { Dirent } from 'node:fs';
import { opendir, stat } from 'node:fs/promises';
import { join } from 'node:path';

interface Entry {
  readonly size: number;
}

/**
 * The files of a cached folder in the order of use: a Map keeps insertion order, so the first entry is the least
 * recently used. It starts empty and finds existing files by `scan` in the background, so look-ups never wait for it.
 */
export class DiskUsage {
  readonly #entries = new Map<string, Entry>();
  bytes = 0;

  get count(): number {
    return this.#entries.size;
  }

  /** Marks a file as the most recently used. */
  touch(name: string, size: number): void {
    this.forget(name);
    this.#entries.set(name, { size });
    this.bytes += size;
  }

  forget(name: string): void {
    const entry = this.#entries.get(name);
    if (entry === undefined) return;
    this.#entries.delete(name);
    this.bytes -= entry.size;
  }

  /** In bytes; 0 for an unknown file. */
  sizeOf(name: string): number {
    return this.#entries.get(name)?.size ?? 0;
  }

  /** The names, least recently used first. */
  oldest(): IterableIterator<string> {
    return this.#entries.keys();
  }

  /**
   * Adds the files below `root`, two levels deep, as older than all known ones, ordered by their access time, which a
   * store updates on use.
   */
  async scan(root: string): Promise<void> {
    const now = Date.now();
    const found: { name: string; size: number; used: number }[] = [];
    for await (const folder of entries(root)) {
      if (!folder.isDirectory()) continue;
      for await (const file of entries(join(root, folder.name))) {
        const name = join(folder.name, file.name);
        if (!file.isFile() || file.name.startsWith('.')) continue;
        const info = await stat(join(root, name)).catch(() => undefined);
        // A use while the clock was ahead does not count as later than now.
        if (info !== undefined)
          found.push({ name, size: info.size, used: Math.min(info.atimeMs, now) });
      }
    }
    found.sort((a, b) => a.used - b.used);
    const recent = [...this.#entries];
    this.#entries.clear();
    this.bytes = 0;
    for (const { name, size } of found) this.touch(name, size);
    for (const [name, { size }] of recent) this.touch(name, size);
  }
}

async function* entries(path: string): AsyncGenerator<Dirent> {
  try {
    yield* await opendir(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
