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
  /** In bytes: beyond `keep`, as many stay as come to so much. For files that are put aside before they are full. */
  readonly room?: number | undefined;
}

export interface HousekeepingParts {
  readonly tend: (tending: Tending) => Promise<void>;
  /** A file could not be removed, compressed or indexed, and stays as it is. */
  readonly onTrouble: (error: unknown) => void;
  /** Whether a file is still wanted elsewhere, and stays for longer. @param path uncompressed */
  readonly isOwed?: ((path: string) => boolean) | undefined;
  /** One went that was: there was no room for it any more. */
  readonly onLost?: ((path: string) => void) | undefined;
}

/**
 * Looks after the files that a log has put aside, in the background and one at a time: the oldest go, the others are
 * compressed, and each gets an index. What a run before has left undone is done, too. What fails is left as it is, which
 * is as good a log, until the next start; so is what loses its index meanwhile.
 */
export class Housekeeping {
  readonly #settings: HousekeepingSettings;
  readonly #parts: HousekeepingParts;
  /** Those with which nothing more is to be done. */
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

  /** Ends once what the log has put aside is pruned and compressed; indexes may wait for the next start. */
  async close(): Promise<void> {
    this.#closing = true;
    await this.#looks.settled();
  }

  async #look(): Promise<void> {
    const { file, keep, compress, room } = this.#settings;
    const { isOwed, onLost } = this.#parts;
    await prune(file, { keep, room, isOwed }, onLost).catch(this.#parts.onTrouble);
    for (const rotated of (await rotatedFiles(file)).filter(isThere).reverse()) {
      // More was put aside: what is to go goes first.
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
