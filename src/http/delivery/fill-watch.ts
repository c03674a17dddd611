import type { Fill } from '../../artifacts/fill.js';

/** As much of a response as its watcher needs: it cannot write to it. */
export interface Connection {
  readonly destroyed: boolean;
  once(event: 'close', listener: () => void): unknown;
}

export type News = 'news' | 'gone' | 'time';

/** Waits for the first event: progress of the fill, the client's disconnection, or a timeout. */
export class FillWatch {
  readonly #fill: Fill;
  readonly #started = performance.now();
  #wake: ((news: News) => void) | undefined;
  #gone: boolean;

  constructor(connection: Connection, fill: Fill) {
    this.#fill = fill;
    this.#gone = connection.destroyed;
    connection.once('close', () => {
      this.#gone = true;
      this.#wake?.('gone');
    });
  }

  /** Whether the client has hung up. */
  get gone(): boolean {
    return this.#gone;
  }

  /** Milliseconds since the request reached the gate. */
  get waited(): number {
    return performance.now() - this.#started;
  }

  // One promise a wait, not a race with a lasting one, which would keep every loser until the response ends.
  async next(milliseconds: number): Promise<News> {
    if (this.#gone) return 'gone';
    let timer: NodeJS.Timeout | undefined;
    const first = await new Promise<News>((resolve) => {
      this.#wake = resolve;
      timer = setTimeout(resolve, milliseconds, 'time');
      void this.#fill.changed().then(() => resolve('news'));
    });
    clearTimeout(timer);
    return first;
  }
}
