import cluster, { type Worker } from 'node:cluster';
import type { Log } from '../runtime/log.js';
import { Channel } from './channel.js';
import { closingUntaken } from './handed-connections.js';
import { ShortLives } from './short-lives.js';
import type { PrimaryWords, ToWorker } from './words.js';

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
  /** How many serve, whenever that changes. @param trouble why there are not more, where it lasts */
  readonly onCount: (serving: number, trouble: string | undefined) => void;
}

interface Begun extends Member {
  readonly worker: Worker;
  readonly begun: number;
  serving: boolean;
}

/** Where all of them listen. */
type Listening = PrimaryWords['tells']['serving'];

interface Starting {
  done(where: Listening): void;
  failed(message: string): void;
}

/** One that has ended so many times in a row is not waited for at the start. */
const MOST_TRIES = 3;
/** Beyond the grace, a worker that does not end is ended, in milliseconds. */
const LAST_GRACE = 5_000;

/** The workers: as many run as there should be, and one that dies is replaced. */
export class Members {
  readonly #parts: MembersParts;
  readonly #members = new Map<number, Begun>();
  readonly #shortLives = new ShortLives();
  readonly #timers = new Set<NodeJS.Timeout>();
  /** Told how the start goes, until all serve. */
  #starting: Starting | undefined;
  /** Where they listen, once one does. */
  #where: Listening | undefined;
  #stopping = false;

  constructor(parts: MembersParts) {
    this.#parts = parts;
  }

  /** Those that live. */
  get all(): readonly Member[] {
    return this.#begun;
  }

  /** @returns where they listen @throws where none can begin, or where it is stopped before */
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

  /** Lets them finish, up to the grace. Resolves once all have ended. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const timer of this.#timers) clearTimeout(timer);
    await Promise.all(
      this.#begun.map(
        ({ worker, channel, serving }) =>
          new Promise<void>((resolve) => {
            // Nothing is under way in one that only begins.
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

  /** Ends one that does not do its work; another begins in its place. */
  replace({ id, number }: Member, why: string): void {
    this.#parts.log.error({ worker: number }, `${why}; terminating it`);
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

  /** At the start all are waited for, but for those that end again and again. @param why none can serve, if none does */
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
