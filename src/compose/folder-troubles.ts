import type { Health } from '../observe/health.js';

/** So many are told. */
const MAX_TOLD = 3;

/** What is wrong with the data folder, by cause: `/readyz` tells it as one part. */
export class FolderTroubles {
  readonly #health: Health;
  readonly #details = new Map<string, string>();

  constructor(health: Health) {
    this.#health = health;
  }

  /** @param detail a clause for people; undefined where it is over */
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
}
