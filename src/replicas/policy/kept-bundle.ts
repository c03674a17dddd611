import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readPlainFile } from '../../runtime/plain-file.js';
import { writeAtomically } from '../../store/disk/atomic-file.js';
import type { Seal } from '../seal.js';
import { type Bundle, readOwnBundle, writeBundle } from './bundle.js';

/** What a replica remembers of the policy that all share. */
export interface Remembered {
  /** The newest that it has known. */
  readonly bundle: Bundle;
  /** Whether the bundle holds in place of the own folder. */
  readonly isShared: boolean;
  /** The digest of the own folder as it was last looked at. */
  readonly own: string | undefined;
}

const FORM = z.object({
  bundle: z.base64(),
  isShared: z.boolean(),
  own: z.string().optional(),
});

/** Keeps the shared policy on the disk, so that it holds from the first moment after a restart. */
export class KeptBundle {
  readonly #folder: string;
  readonly #seal: Seal;

  constructor(folder: string, seal: Seal) {
    this.#folder = folder;
    this.#seal = seal;
  }

  /** Where its files lie, so that they can be read as any others. */
  get files(): string {
    return join(this.#folder, 'files');
  }

  /** @returns undefined where there is none, or it is not one of ours */
  async load(): Promise<Remembered | undefined> {
    try {
      const text = (await readPlainFile(this.#state)).toString('utf8');
      const { bundle: sealed, isShared, own } = FORM.parse(JSON.parse(text));
      const bundle = readOwnBundle(Buffer.from(sealed, 'base64'));
      if (bundle === undefined) return undefined;
      // A crash may have come between the two, and a hand as well.
      if (isShared) await this.unpack(bundle);
      return { bundle, isShared, own };
    } catch {
      return undefined;
    }
  }

  /** @throws where the disk does not take it */
  async save({ bundle, isShared, own }: Remembered): Promise<void> {
    const sealed = writeBundle(bundle, this.#seal)?.toString('base64');
    await writeAtomically(
      this.#state,
      Buffer.from(JSON.stringify({ bundle: sealed, isShared, own })),
    );
  }

  /** Lays the files out. @param to where; by default where they hold */
  async unpack({ files }: Bundle, to = this.files): Promise<void> {
    await rm(to, { recursive: true, force: true });
    await mkdir(to, { recursive: true });
    for (const { name, text } of files) await writeFile(join(to, name), text, { mode: 0o640 });
  }

  /** Lays the files out elsewhere, for as long as somebody looks at them. */
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
