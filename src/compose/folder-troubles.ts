import { relative } from 'node:path';
import type { Health } from '../observe/health.js';
import { stateOfFile } from '../runtime/change-watch.js';
import type { Log } from '../runtime/log.js';

/** So many are told. */
const MAX_TOLD = 3;
/** So many files are remembered to be unreadable: they are few, or else it is the folder. */
const MAX_UNREADABLE = 1_000;

/** Who is told what is wrong with the data folder. */
export interface Troubles {
  /** @param cause a name for it, @param detail a clause for people; undefined where it is over */
  tell(cause: string, detail: string | undefined): void;
  /** A file or folder below it cannot be read. @param why a clause for people */
  unreadable(path: string, why: string): void;
}

/** What is wrong with the data folder, by cause: `/readyz` tells it as one part. */
export class FolderTroubles implements Troubles {
  readonly #data: string;
  readonly #health: Health;
  readonly #log: Log;
  readonly #details = new Map<string, string>();
  /** Files that cannot be read, in what state. */
  readonly #unreadable = new Map<string, string>();

  constructor(data: string, health: Health, log: Log) {
    this.#data = data;
    this.#health = health;
    this.#log = log;
  }

  tell(cause: string, detail: string | undefined): void {
    if (detail === this.#details.get(cause)) return;
    if (detail === undefined) this.#details.delete(cause);
    else this.#details.set(cause, detail);
    const details = [...this.#details.values()];
    const more = details.length - MAX_TOLD;
    const told = details.slice(0, MAX_TOLD).join('; ') + (more > 0 ? `; and ${more} more` : '');
    if (told === '') this.#health.set('data-folder', 'ok');
    else this.#health.set('data-folder', 'degraded', told);
  }

  unreadable(path: string, why: string): void {
    if (this.#unreadable.has(path) || this.#unreadable.size >= MAX_UNREADABLE) return;
    this.#unreadable.set(path, '');
    this.#log.warn(
      { path, why },
      'a file of the data folder cannot be used: what it tells is unknown',
    );
    this.tell(path, `${relative(this.#data, path)} cannot be used: ${why}`);
    void stateOfFile(path).then((state) => this.#unreadable.set(path, state));
  }

  /** Forgets what is another file by now, or gone. */
  async lookAgain(): Promise<void> {
    for (const [path, before] of this.#unreadable) {
      if (before === '' || (await stateOfFile(path)) === before) continue;
      this.#unreadable.delete(path);
      this.tell(path, undefined);
    }
  }
}
