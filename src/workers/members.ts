import cluster, { type Worker } from 'node:cluster';
import type { Log } from '../runtime/log.js';
import { Channel } from './channel.js';
import { closingUntaken } from './handed-connections.js';
import type { ToWorker } from './words.js';

/** One worker that lives. */
export interface Member {
  /** One of its own, greater than 0: a replacement has another. */
  readonly id: number;
  /** 1 to the number of workers: a replacement has its predecessor's. */
  readonly number: number;
  readonly channel: ToWorker;
}

export interface MembersParts {
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

interface Begun extends Member {
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

/** The workers: as many run as there should be, and one that dies is replaced. */
export class Members {
  readonly #parts: MembersParts;
  readonly #members = new Map<number, Begun>();
  /** How often in a row the worker of a number has lived shortly. */
  readonly #shortLives = new Map<number, number>();
  readonly #timers = new Set<NodeJS.Timeout>();
  /** Told how the start goes; afterwards a worker's end is no longer the end of all. */
  #starting: Starting | undefined;
  #stopping = false;

  constructor(parts: MembersParts) {
    this.#parts = parts;
  }

  /** Those that live. */
  get all(): readonly Member[] {
    return [...this.#members.values()];
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
      for (let number = 1; number <= this.#parts.count; number += 1) this.#fork(number);
    });
  }

  /** Lets them finish, up to the grace. Resolves once all have ended. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const timer of this.#timers) clearTimeout(timer);
    await Promise.all(
      [...this.#members.values()].map(
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

  /** Ends one that does not do its work; another begins in its place. */
  replace({ id, number }: Member, why: string): void {
    this.#parts.log.error({ worker: number }, `${why}; it is ended`);
    this.#members.get(id)?.worker.process.kill('SIGKILL');
  }

  #fork(number: number): void {
    const worker = cluster.fork();
    const closeUntaken = closingUntaken(worker.process);
    const channel: ToWorker = new Channel({
      // Whoever dies while it is told something is noticed by its end.
      send: (message) => void worker.send(message as object, () => {}),
      onMessage: (listener) => worker.on('message', listener),
    });
    const member: Begun = {
      id: worker.id,
      number,
      channel,
      worker,
      begun: performance.now(),
      serving: false,
    };
    this.#members.set(worker.id, member);
    worker.on('error', () => {});
    worker.on('listening', ({ address, port }) => {
      member.serving = true;
      this.#parts.onCount(this.#serving);
      this.#starting?.listening({ address, port });
    });
    channel.onTold('failed', ({ message }) => {
      this.#parts.log.error({ worker: number }, `a worker could not begin: ${message}`);
      this.#starting?.failed(message);
      worker.process.kill('SIGKILL');
    });
    worker.on('exit', (code, signal) => {
      closeUntaken();
      const how = signal || code;
      this.#starting?.failed(`a worker ended with ${how} before it served`);
      this.#end(member, how);
    });
    this.#parts.onBegin(member);
  }

  #end(member: Begun, how: string | number): void {
    this.#members.delete(member.id);
    member.channel.close();
    this.#parts.onEnd(member);
    if (this.#stopping) return;
    this.#parts.onCount(this.#serving);
    this.#parts.log.error({ worker: member.number }, `a worker ended with ${how}; it is replaced`);
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#fork(member.number);
    }, this.#delay(member));
    this.#timers.add(timer);
  }

  /** None after a long life; ever longer where life is short, so that a fault at the start does not spin. */
  #delay({ number, begun }: Begun): number {
    const short = performance.now() - begun < SHORT_LIFE;
    const before = short ? (this.#shortLives.get(number) ?? 0) : 0;
    this.#shortLives.set(number, short ? before + 1 : 0);
    return short ? Math.min(FIRST_DELAY * 2 ** before, LONGEST_DELAY) : 0;
  }

  get #serving(): number {
    return [...this.#members.values()].filter((member) => member.serving).length;
  }
}
