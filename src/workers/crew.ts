import cluster, { type Worker } from 'node:cluster';
import type { Log } from '../runtime/log.js';
import { Channel } from './channel.js';
import type { ToWorker } from './words.js';

/** One worker that lives. */
export interface Member {
  /** One of its own, greater than 0: a replacement has another. */
  readonly id: number;
  /** 1 to the number of workers: a replacement has its predecessor's. */
  readonly slot: number;
  readonly channel: ToWorker;
}

export interface CrewParts {
  readonly count: number;
  /** What is under way at the end may take so long, in milliseconds. */
  readonly grace: number;
  readonly log: Log;
  /** Before the worker says its first word. */
  readonly onBegin: (member: Member) => void;
  readonly onEnd: (member: Member) => void;
  /** How many serve, whenever that changes. */
  readonly onCount: (serving: number) => void;
}

interface Hand extends Member {
  readonly worker: Worker;
  readonly begun: number;
  serving: boolean;
}

interface Starting {
  listening(where: { address: string; port: number }): void;
  failed(message: string): void;
}

/** A worker that ends sooner than this after its start, in milliseconds, may do so again and again. */
const SHORT_LIFE = 10_000;
const FIRST_DELAY = 100;
const LONGEST_DELAY = 30_000;
/** Beyond the grace, a worker that does not end is ended, in milliseconds. */
const LAST_GRACE = 5_000;

/** Keeps as many workers running as there should be: one that dies is replaced. */
export class Crew {
  readonly #parts: CrewParts;
  readonly #hands = new Map<number, Hand>();
  /** How often in a row the worker of a slot has lived shortly. */
  readonly #shortLives = new Map<number, number>();
  readonly #timers = new Set<NodeJS.Timeout>();
  /** Told how the start goes; afterwards a worker's end is no longer the end of all. */
  #starting: Starting | undefined;
  #stopping = false;

  constructor(parts: CrewParts) {
    this.#parts = parts;
  }

  get members(): readonly Member[] {
    return [...this.#hands.values()];
  }

  /** @returns where they listen @throws where one cannot begin */
  start(): Promise<{ address: string; port: number }> {
    cluster.setupPrimary({ serialization: 'advanced' });
    return new Promise((resolve, reject) => {
      this.#starting = {
        listening: (where) => {
          if (this.#serving < this.#parts.count) return;
          this.#starting = undefined;
          resolve(where);
        },
        failed: (message) => {
          this.#starting = undefined;
          reject(new Error(message));
        },
      };
      for (let slot = 1; slot <= this.#parts.count; slot += 1) this.#fork(slot);
    });
  }

  /** Lets them finish, up to the grace. Resolves once all have ended. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const timer of this.#timers) clearTimeout(timer);
    await Promise.all(
      [...this.#hands.values()].map(
        ({ worker, channel }) =>
          new Promise<void>((resolve) => {
            const last = setTimeout(
              () => worker.process.kill('SIGKILL'),
              this.#parts.grace + LAST_GRACE,
            );
            worker.once('exit', () => {
              clearTimeout(last);
              resolve();
            });
            channel.tell('stop', undefined);
          }),
      ),
    );
  }

  #fork(slot: number): void {
    const worker = cluster.fork();
    const channel: ToWorker = new Channel({
      // Whoever dies while it is told something is noticed by its end.
      send: (message) => void worker.send(message as object, () => {}),
      onMessage: (listener) => worker.on('message', listener),
    });
    const hand: Hand = {
      id: worker.id,
      slot,
      channel,
      worker,
      begun: performance.now(),
      serving: false,
    };
    this.#hands.set(worker.id, hand);
    worker.on('error', () => {});
    worker.on('listening', ({ address, port }) => {
      hand.serving = true;
      this.#parts.onCount(this.#serving);
      this.#starting?.listening({ address, port });
    });
    channel.onTold('failed', ({ message }) => {
      this.#parts.log.error({ worker: slot }, `a worker could not begin: ${message}`);
      this.#starting?.failed(message);
      worker.process.kill('SIGKILL');
    });
    worker.on('exit', (code, signal) => {
      const how = signal || code;
      this.#starting?.failed(`a worker ended with ${how} before it served`);
      this.#end(hand, how);
    });
    this.#parts.onBegin(hand);
  }

  #end(hand: Hand, how: string | number): void {
    this.#hands.delete(hand.id);
    hand.channel.close();
    this.#parts.onEnd(hand);
    if (this.#stopping) return;
    this.#parts.onCount(this.#serving);
    this.#parts.log.error({ worker: hand.slot }, `a worker ended with ${how}; it is replaced`);
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#fork(hand.slot);
    }, this.#delay(hand));
    this.#timers.add(timer);
  }

  /** None after a long life; ever longer where life is short, so that a fault at the start does not spin. */
  #delay({ slot, begun }: Hand): number {
    const short = performance.now() - begun < SHORT_LIFE;
    const before = short ? (this.#shortLives.get(slot) ?? 0) : 0;
    this.#shortLives.set(slot, short ? before + 1 : 0);
    return short ? Math.min(FIRST_DELAY * 2 ** before, LONGEST_DELAY) : 0;
  }

  get #serving(): number {
    return [...this.#hands.values()].filter((hand) => hand.serving).length;
  }
}
