import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Spool, SpoolFile } from '../spool.js';
import { DiskSpool } from './disk-spool.js';

/**
 * A spool in a folder of its own below a shared one, such as the system's for temporary files. Nobody else may
 * enter the folder: who could change a file there would change it after it was checked. Made at first use.
 */
export class TemporarySpool implements Spool {
  readonly #parent: string;
  #folder: Promise<string> | undefined;

  constructor(parent: string) {
    this.#parent = parent;
  }

  async create(): Promise<SpoolFile> {
    // `mkdtemp` makes the folder for its owner alone.
    this.#folder ??= mkdtemp(join(this.#parent, 'wheelgate-'));
    return new DiskSpool(await this.#folder).create();
  }

  async close(): Promise<void> {
    const folder = await this.#folder?.catch(() => undefined);
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  }
}
