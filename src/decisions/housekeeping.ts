import { OnceMore } from '../runtime/once-more.js';
import { indexOf } from './file-index.js';
import { LOG_DISK } from './log-disk.js';
import { isThere, prune, type RotatedFile, rotatedFiles } from './retention.js';
import type { Tending } from './tend-file.js';

export interface HousekeepingSettings {
  /** The log's own file. */
  readonly file: string;
  /** How many files put aside are kept; the oldest go first. */
  readonly keep: number;
  /** Whether files put aside are compressed. */
  readonly compress: boolean;
  /** In bytes: beyond `keep`, files are kept up to this total size. For files that are rotated before they are full. */
  readonly room?: number | undefined;
}

export interface HousekeepingParts {
  readonly tend: (tending: Tending) => Promise<void>;
  /** A file could not be removed, compressed or indexed, and is unchanged. */
  readonly onTrouble: (error: unknown) => void;
  /** Whether a file is still wanted elsewhere, and stays for longer. @param path uncompressed */
  readonly isOwed?: ((path: string) => boolean) | undefined;
  /** A required file was removed for lack of room. */
  readonly onLost?: ((path: string) => void) | undefined;
}

/**
 * Maintains the rotated files of a log, in the background and one at a time: the oldest are deleted, the others are
 * compressed, and each gets an index. Unfinished work of an earlier run is completed. After a failure, the file stays
 * unchanged, which is an equally valid log, until the next start; the same applies to a file that loses its index
 * meanwhile.
 */
export class Housekeeping {
  readonly #settings: HousekeepingSettings;
  readonly #parts: HousekeepingParts;
  /** Files that need no further work. */
  readonly #seenTo = new Set<string>();
  // The folder may be gone, or not be ours to change.
  readonly #looks = new OnceMore(() => this.#look().catch(this.#parts.onTrouble));
  #closing = false;

  constructor(settings: HousekeepingSettings, parts: HousekeepingParts) {
    this.#settings = settings;
    this.#parts = parts;
  }

  /** There is something to do, or may be. */
  wake(): void {
    void this.#looks.run();
  }

  /** Resolves when the rotated files are pruned and compressed; indexes may wait for the next start. */
  async close(): Promise<void> {
    this.#closing = true;
    await this.#looks.settled();
  }

  async #look(): Promise<void> {
    const { file, keep, compress, room } = this.#settings;
    const { isOwed, onLost } = this.#parts;
    await prune(file, { keep, room, isOwed }, onLost).catch(this.#parts.onTrouble);
    for (const rotated of (await rotatedFiles(file)).filter(isThere).reverse()) {
      // Another file was rotated: deletions take precedence.
      if (this.#looks.isWanted) return;
      const { path, endings } = rotated;
      if (this.#seenTo.has(path)) continue;
      const isDue = compress && endings.has('');
      if (isDue || (await this.#lacksIndex(rotated)))
        await this.#parts.tend({ path, compress }).catch(this.#parts.onTrouble);
      if (!this.#closing) this.#seenTo.add(path);
    }
  }

  async #lacksIndex({ path, endings }: RotatedFile): Promise<boolean> {
    if (this.#closing) return false;
    return (await indexOf(endings.has('') ? path : `${path}.gz`, LOG_DISK)) === undefined;
  }
}
