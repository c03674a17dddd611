import cluster, { type Worker } from 'node:cluster';
import type { Log } from '../runtime/log.js';
import { Channel } from './channel.js';
import { closingUntaken } from './handed-connections.js';
import { ShortLives } from './short-lives.js';
import type { PrimaryWords, ToWorker } from './words.js';

/** A running worker. */
export interface Member {
  /** Unique and greater than 0; a replacement has a new one. */
  readonly id: number;
  /** 1 to the number of workers; a replacement inherits its predecessor's. */
  readonly number: number;
  readonly channel: ToWorker;
}

export interface MembersParts {
  readonly count: number;
  /** The time for requests in progress at the end, in milliseconds. */
  readonly grace: number;
  readonly log: Log;
  /** Called before the worker's first message. */
  readonly onBegin: (member: Member) => void;
  readonly onEnd: (member: Member) => void;
  /** The number of serving workers, at each change. @param trouble why there are not more, if the problem persists */
  readonly onCount: (serving: number, trouble: string | undefined) => void;
}

interface Begun extends Member {
  readonly worker: Worker;
  readonly begun: number;
  serving: boolean;
}

/** The address of all workers. */
type Listening = PrimaryWords['tells']['serving'];

interface Starting {
  done(where: Listening): void;
  failed(message: string): void;
}

/** The start does not wait for a worker that has ended this many times in a row. */
const MOST_TRIES = 3;
/** The time after the grace period before a worker is killed, in milliseconds. */
const LAST_GRACE = 5_000;

/** The workers: keeps the configured number running, and replaces one that dies. */
export class Members {
  readonly #parts: MembersParts;
  readonly #members = new Map<number, Begun>();
  readonly #shortLives = new ShortLives();
  readonly #timers = new Set<NodeJS.Timeout>();
  /** Receives the progress of the start, until all serve. */
  #starting: Starting | undefined;
  /** The workers' address, once one serves. */
  #where: Listening | undefined;
  #stopping = false;

  constructor(parts: MembersParts) {
    this.#parts = parts;
  }

  /** The running workers. */
  get all(): readonly Member[] {
    return this.#begun;
  }

  /** @returns their address @throws if no worker can start, or the start is stopped */
  start(): Promise<Listening> {
    if (this.#stopping) return Promise.reject(new Error('stopped before the start'));
    cluster.setupPrimary({ serialization: 'advanced' });
    return new Promise((resolve, reject) => {
      this.#starting = {
        done: (where) => {
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

  /** Lets them finish within the grace period. Resolves when all have ended. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const timer of this.#timers) clearTimeout(timer);
    await Promise.all(
      this.#begun.map(
        ({ worker, channel, serving }) =>
          new Promise<void>((resolve) => {
            // A worker that is only starting has no requests.
            if (!serving) worker.process.kill('SIGKILL');
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

  /** Ends a worker that does not work; another starts in its place. */
  replace({ id, number }: Member, why: string): void {
    this.#parts.log.error({ worker: number }, `${why}; terminating it`);
    this.#members.get(id)?.worker.process.kill('SIGKILL');
  }

  #fork(number: number): void {
    const worker = cluster.fork();
    const closeUntaken = closingUntaken(worker.process);
    const channel: ToWorker = new Channel({
      // A worker that dies during a message is noticed by its exit.
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
    channel.onTold('serving', (where) => {
      member.serving = true;
      this.#where ??= where;
      this.#tellCount();
      this.#settleStart('');
    });
    channel.onTold('failed', ({ message }) => {
      this.#parts.log.error({ worker: number }, `a worker could not start: ${message}`);
      if (this.#where === undefined) this.#starting?.failed(message);
      worker.process.kill('SIGKILL');
    });
    worker.on('exit', (code, signal) => {
      closeUntaken();
      this.#end(member, signal || code);
    });
    this.#parts.onBegin(member);
  }

  #end(member: Begun, how: string | number): void {
    this.#members.delete(member.id);
    member.channel.close();
    this.#parts.onEnd(member);
    if (this.#stopping) return;
    const delay = this.#shortLives.ended(member.number, performance.now() - member.begun);
    const times = this.#shortLives.times(member.number);
    this.#parts.log.error({ worker: member.number }, `a worker exited with ${how}; replacing it`);
    this.#settleStart(`a worker exited with ${how} ${times} times in a row before serving`);
    this.#tellCount();
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#fork(member.number);
    }, delay);
    this.#timers.add(timer);
  }

  /** The start waits for all workers except those that end repeatedly. @param why none can serve, if there is none */
  #settleStart(why: string): void {
    const serving = new Set(this.#begun.filter((one) => one.serving).map(({ number }) => number));
    for (let number = 1; number <= this.#parts.count; number += 1)
      if (!serving.has(number) && this.#shortLives.times(number) < MOST_TRIES) return;
    if (this.#where === undefined) this.#starting?.failed(why);
    else this.#starting?.done(this.#where);
  }

  #tellCount(): void {
    this.#parts.onCount(this.#serving, this.#shortLives.trouble);
  }

  get #begun(): Begun[] {
    return [...this.#members.values()];
  }

  get #serving(): number {
    return this.#begun.filter(({ serving }) => serving).length;
  }
}
