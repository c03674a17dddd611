import { relative } from 'node:path';
import type { Health } from '../observe/health.js';
import { stateOfFile } from '../runtime/change-watch.js';
import type { Log } from '../runtime/log.js';
import { canBeUsed } from '../store/disk/disk-files.js';

/** So many are told. */
const MAX_TOLD = 3;
/** So many files are remembered to be unreadable: they are few, or else it is the folder. */
const MAX_UNREADABLE = 1_000;

/** Who is told what is wrong with the data folder. */
export interface Troubles {
  /**
   * @param cause a name for it, @param detail a clause for people; undefined where it is over
   * @param path of a file or folder: it is over, too, once that can be used again
   */
  tell(cause: string, detail: string | undefined, path?: string): void;
  /** A file or folder below it cannot be read. @param why a clause for people */
  unreadable(path: string, why: string): void;
}

/** What is wrong with the data folder, by cause: `/readyz` tells it as one part. */
export class FolderTroubles implements Troubles {
  readonly #data: string;
  readonly #health: Health;
  readonly #log: Log;
  readonly #details = new Map<string, string>();
  /** Files and folders that could not be used, by what was told of them. */
  readonly #unusable = new Map<string, Unusable>();

  constructor(data: string, health: Health, log: Log) {
    this.#data = data;
    this.#health = health;
    this.#log = log;
  }

  tell(cause: string, detail: string | undefined, path?: string): void {
    if (detail === undefined) this.#unusable.delete(cause);
    else if (path !== undefined) this.#unusable.set(cause, { path, why: '', state: undefined });
    this.#say(cause, detail);
  }

  unreadable(path: string, why: string): void {
    if (this.#unusable.has(path) || this.#unusable.size >= MAX_UNREADABLE) return;
    const unusable: Unusable = { path, why, state: undefined };
    this.#unusable.set(path, unusable);
    this.#log.warn({ path, why }, 'a file in the data folder is unusable and was ignored');
    this.#say(path, `${relative(this.#data, path)} is unusable: ${why}`);
    void stateOfFile(path).then((state) => {
      unusable.state = state;
    });
  }

  /** Forgets what is another file by now, or gone, or can be used again: there may have been no descriptors left. */
  async lookAgain(): Promise<void> {
    for (const [cause, { path, why, state }] of this.#unusable) {
      const isOther = state !== undefined && (await stateOfFile(path)) !== state;
      if (!isOther && !(await canBeUsed(path, why))) continue;
      this.#unusable.delete(cause);
      this.#say(cause, undefined);
    }
  }

  #say(cause: string, detail: string | undefined): void {
    if (detail === this.#details.get(cause)) return;
    if (detail === undefined) this.#details.delete(cause);
    else this.#details.set(cause, detail);
    const details = [...this.#details.values()];
    const more = details.length - MAX_TOLD;
    const told = details.slice(0, MAX_TOLD).join('; ') + (more > 0 ? `; and ${more} more` : '');
    if (told === '') this.#health.set('data-folder', 'ok');
    else this.#health.set('data-folder', 'degraded', told);
  }
}

interface Unusable {
  readonly path: string;
  /** As it was told; empty where that was no fault of a single file. */
  readonly why: string;
  /** Once it is known: see `stateOfFile`. */
  state: string | undefined;
}
