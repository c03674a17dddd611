import { relative } from 'node:path';
import type { Health } from '../observe/health.js';
import { stateOfFile } from '../runtime/change-watch.js';
import type { Log } from '../runtime/log.js';
import { canBeUsed } from '../store/disk/disk-files.js';

/** Maximum number of reported files. */
const MAX_TOLD = 3;
/** So many files are remembered to be unreadable: they are few, or else it is the folder. */
const MAX_UNREADABLE = 1_000;

/** Receives problems with the data folder. */
export interface Troubles {
  /**
   * @param cause a name for it, @param detail a clause for people; undefined when it is over
   * @param path of a file or folder: the problem also ends when it becomes usable again
   */
  tell(cause: string, detail: string | undefined, path?: string): void;
  /** A file or folder below it cannot be read. @param why a clause for people */
  unreadable(path: string, why: string): void;
}

/** Problems with the data folder, by cause: one part of `/readyz`. */
export class FolderTroubles implements Troubles {
  readonly #data: string;
  readonly #health: Health;
  readonly #log: Log;
  readonly #details = new Map<string, string>();
  /** Files and folders that are unusable, by cause. */
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

  /**
   * Removes entries for files that were replaced or deleted, or are usable again: the process may have run out of
   * descriptors.
   */
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
  /** As reported; empty if the problem does not concern a single file. */
  readonly why: string;
  /** Once it is known: see `stateOfFile`. */
  state: string | undefined;
}
