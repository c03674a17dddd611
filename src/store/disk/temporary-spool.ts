import { createHash } from 'node:crypto';
import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Spool, SpoolFile } from '../spool.js';
import { DiskSpool } from './disk-spool.js';
import { OWN_RUN } from './temporary-name.js';

/**
 * A spool in a separate folder below a shared one, such as the system's for temporary files. Other users must not enter
 * it: they could change a file after its check. Created at first use.
 */
export class TemporarySpool implements Spool {
  readonly #parent: string;
  readonly #prefix: string;
  #folder: Promise<string> | undefined;

  /** @param data the spool's data folder: its next process removes the files that one has left (`sweepTemporary`) */
  constructor(parent: string, data: string) {
    this.#parent = parent;
    this.#prefix = `${prefixOf(data)}${OWN_RUN}-`;
  }

  async create(): Promise<SpoolFile> {
    // `mkdtemp` restricts the folder to its owner.
    this.#folder ??= mkdtemp(join(this.#parent, this.#prefix));
    return new DiskSpool(await this.#folder).create();
  }

  async close(): Promise<void> {
    const folder = await this.#folder?.catch(() => undefined);
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Removes the folders that processes with this data folder have left below a shared one. Only the server that owns the
 * data folder knows which of them are running; folders of other users remain.
 */
export async function sweepTemporary(
  parent: string,
  data: string,
  isOver: (run: string) => boolean,
): Promise<void> {
  const prefix = prefixOf(data);
  for (const name of await readdir(parent).catch(() => [])) {
    const run = name.startsWith(prefix) && /^([\da-f]{16})-/.exec(name.slice(prefix.length))?.[1];
    if (!run || !isOver(run)) continue;
    const path = join(parent, name);
    const found = await lstat(path).catch(() => undefined);
    if (found?.isDirectory() && isOwn(found.uid))
      await rm(path, { recursive: true, force: true }).catch(() => {});
  }
}

/** Windows has no user numbers; its folder for temporary files belongs to one user. */
function isOwn(uid: number): boolean {
  return process.getuid === undefined || uid === process.getuid();
}

/** Shared by all spools of one data folder. */
function prefixOf(data: string): string {
  const place = createHash('sha256').update(resolve(data)).digest('hex').slice(0, 16);
  return `wheelgate-${place}-`;
}
