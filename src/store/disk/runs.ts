import { type LeftOver, sweepReplacing, sweepSpool } from './sweep.js';
import { OWN_RUN } from './temporary-name.js';
import { sweepTemporary } from './temporary-spool.js';

export interface RunsSettings {
  /** What is received comes in here. */
  readonly spool: string;
  /** Files are replaced right in here, */
  readonly root: string;
  /** and here, two levels down at most. */
  readonly folders: readonly string[];
  /** A shared folder in which each run may have one of its own (`temporary-spool.ts`). */
  readonly temporary: string;
  /** Whether no other server is at work there. */
  readonly isLocked: boolean;
}

const DEPTH = 2;
/** Where the folder is not locked, others may be at work: what nobody has written to for so long is nobody's. */
const LONG_AGO = 24 * 3_600_000;

/**
 * The runs of processes that may write into a data folder: this one, and its workers. What others have left there in
 * unfinished files is removed.
 */
export class Runs {
  readonly #settings: RunsSettings;
  readonly #living = new Set([OWN_RUN]);

  constructor(settings: RunsSettings) {
    this.#settings = settings;
  }

  /** Before its first file. */
  begin(run: string): void {
    this.#living.add(run);
  }

  /** Removes what it has left. */
  async end(run: string): Promise<void> {
    this.#living.delete(run);
    const leftOver = { isOver: (other: string) => other === run };
    await sweepSpool(this.#settings.spool, leftOver);
    await this.#sweepTemporary(leftOver);
    await this.#sweepReplacing(leftOver);
  }

  /** Removes what earlier runs were receiving: few files, and perhaps large ones. */
  async sweepSpool(): Promise<void> {
    const leftOver = this.#ofOthers();
    await sweepSpool(this.#settings.spool, leftOver);
    await this.#sweepTemporary(leftOver);
  }

  /** Removes what earlier runs were about to replace. It looks through all folders: for the background. */
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
