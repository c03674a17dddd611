import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readPlainFile } from '../../runtime/plain-file.js';
import { writeAtomically } from '../../store/disk/atomic-file.js';
import type { Seal } from '../seal.js';
import { type Bundle, readOwnBundle, writeBundle } from './bundle.js';

/** A replica's record of the shared policy. */
export interface Remembered {
  /** The newest known one. */
  readonly bundle: Bundle;
  /** Whether the bundle is in force instead of the own folder. */
  readonly isShared: boolean;
  /** The last known digest of the own folder. */
  readonly own: string | undefined;
}

const FORM = z.object({
  bundle: z.base64(),
  isShared: z.boolean(),
  own: z.string().optional(),
});

/** Stores the shared policy on disk, so it is in force immediately after a restart. */
export class KeptBundle {
  readonly #folder: string;
  readonly #seal: Seal;

  constructor(folder: string, seal: Seal) {
    this.#folder = folder;
    this.#seal = seal;
  }

  /** The folder of its files, which are read like any others. */
  get files(): string {
    return join(this.#folder, 'files');
  }

  /** @returns undefined if it is missing or invalid */
  async load(): Promise<Remembered | undefined> {
    try {
      const text = (await readPlainFile(this.#state)).toString('utf8');
      const { bundle: sealed, isShared, own } = FORM.parse(JSON.parse(text));
      const bundle = readOwnBundle(Buffer.from(sealed, 'base64'));
      if (bundle === undefined) return undefined;
      // A crash between the two writes, or a manual edit, may have made them differ.
      if (isShared) await this.unpack(bundle);
      return { bundle, isShared, own };
    } catch {
      return undefined;
    }
  }

  /** @throws if the disk rejects it */
  async save({ bundle, isShared, own }: Remembered): Promise<void> {
    const sealed = writeBundle(bundle, this.#seal)?.toString('base64');
    await writeAtomically(
      this.#state,
      Buffer.from(JSON.stringify({ bundle: sealed, isShared, own })),
    );
  }

  /** Writes the files. @param to the folder; by default the one in force */
  async unpack({ files }: Bundle, to = this.files): Promise<void> {
    await rm(to, { recursive: true, force: true });
    await mkdir(to, { recursive: true });
    for (const { name, text } of files) await writeFile(join(to, name), text, { mode: 0o640 });
  }

  /** Writes the files to a temporary folder while they are checked. */
  async tried<T>(bundle: Bundle, look: (folder: string) => Promise<T>): Promise<T> {
    const folder = join(this.#folder, 'tried');
    try {
      await this.unpack(bundle, folder);
      return await look(folder);
    } finally {
      await rm(folder, { recursive: true, force: true }).catch(() => {});
    }
  }

  get #state(): string {
    return join(this.#folder, 'state.json');
  }
}
