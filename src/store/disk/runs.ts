import { type LeftOver, sweepReplacing, sweepSpool } from './sweep.js';
import { OWN_RUN } from './temporary-name.js';
import { sweepTemporary } from './temporary-spool.js';

export interface RunsSettings {
  /** Receives incoming files. */
  readonly spool: string;
  /** Files are replaced directly in here, */
  readonly root: string;
  /** and here, at most two levels down. */
  readonly folders: readonly string[];
  /** A shared folder in which each run may have a separate one (`temporary-spool.ts`). */
  readonly temporary: string;
  /** Whether no other server uses the folder. */
  readonly isLocked: boolean;
}

const DEPTH = 2;
/** Without a lock, other servers may be running: an unchanged file of this age belongs to none of them. */
const LONG_AGO = 24 * 3_600_000;

/**
 * The runs of processes that may write to a data folder: this one, and its workers. Unfinished files of other runs are
 * removed.
 */
export class Runs {
  readonly #settings: RunsSettings;
  readonly #living = new Set([OWN_RUN]);

  constructor(settings: RunsSettings) {
    this.#settings = settings;
  }

  /** Called before its first file. */
  begin(run: string): void {
    this.#living.add(run);
  }

  /** Removes its unfinished files. */
  async end(run: string): Promise<void> {
    this.#living.delete(run);
    const leftOver = { isOver: (other: string) => other === run };
    await sweepSpool(this.#settings.spool, leftOver);
    await this.#sweepTemporary(leftOver);
    await this.#sweepReplacing(leftOver);
  }

  /** Removes files that earlier runs were receiving: few, but possibly large. */
  async sweepSpool(): Promise<void> {
    const leftOver = this.#ofOthers();
    await sweepSpool(this.#settings.spool, leftOver);
    await this.#sweepTemporary(leftOver);
  }

  /**
   * Removes temporary files that earlier runs were about to rename. It reads all folders, so run it in the background.
   */
  sweepReplacing(): Promise<void> {
    return this.#sweepReplacing(this.#ofOthers());
  }

  async #sweepTemporary({ isOver }: LeftOver): Promise<void> {
    const { temporary, root, isLocked } = this.#settings;
    if (isLocked) await sweepTemporary(temporary, root, isOver);
  }

  #ofOthers(): LeftOver {
    const isOver = (run: string) => !this.#living.has(run);
    return this.#settings.isLocked ? { isOver } : { isOver, before: Date.now() - LONG_AGO };
  }

  async #sweepReplacing(leftOver: LeftOver): Promise<void> {
    const { root, folders } = this.#settings;
    await sweepReplacing(root, 0, leftOver);
    for (const folder of folders) await sweepReplacing(folder, DEPTH, leftOver);
  }
}
