import { readlink, stat } from 'node:fs/promises';

export interface ChangeWatchParts {
  /** The state of the watched files, as a text that changes with them. */
  readonly look: () => Promise<string>;
  /**
   * The files have changed, and are stable. Resolves to whether they were readable, whatever their content: if there
   * are no file descriptors left, or a mount is missing, it is retried without another change.
   */
  readonly onChange: () => Promise<boolean>;
  /** A check does not return, as on a mount that hangs. Once one does, the files are read again, even if unchanged. */
  readonly onHang: () => void;
  /** Milliseconds between two checks; by default a quarter of a second. */
  readonly interval?: number | undefined;
  /** Calls back periodically until it is stopped. */
  readonly every?: Every | undefined;
}

/** An edit takes effect within two seconds, of which two checks may each take one interval. */
const INTERVAL = 250;
/** An unreadable file is retried after 2, 4, … checks, and at most after this many. */
const MOST_LOOKS = 64;
/** A check that takes as long as this many intervals hangs: half a minute. */
const PATIENCE = 120;

/** The message for a file whose check hangs. */
export const HANGS = 'cannot be read: timeout';

/** A state that no file has. */
const UNREAD = '\0unread';

export type Every = (milliseconds: number, callback: () => Promise<void>) => () => void;

/**
 * Watches files by polling their sizes and times, instead of notifications from the system: these do not work across
 * network and container mounts, and follow a replaced file or link instead of its name. A check costs a few stat calls.
 * Two checks must agree before a change counts, so an unfinished save is not read.
 */
export class ChangeWatch {
  readonly #parts: ChangeWatchParts;
  /** The last handled state. */
  #noticed: string;
  #pending: string | undefined;
  /** The number of consecutive failures, and of checks until the retry. */
  #misses = 0;
  #rest = 0;
  #busy: Promise<void> = Promise.resolve();
  #looking = false;
  /** The duration of a running check, in intervals. */
  #taken: number | undefined;
  readonly #stop: () => void;

  constructor(parts: ChangeWatchParts, noticed: string) {
    this.#parts = parts;
    this.#noticed = noticed;
    this.#stop = (parts.every ?? everyUnref)(parts.interval ?? INTERVAL, () => this.#tick());
  }

  /** Handles the present state without waiting for it to be stable. */
  takeNotice(): Promise<void> {
    return this.#alone(async () => this.#notice(await this.#look()));
  }

  /** Checks immediately instead of at the next interval, because the files may have changed. */
  lookNow(): Promise<void> {
    return this.#tick();
  }

  close(): void {
    this.#stop();
  }

  async #tick(): Promise<void> {
    // On a mount that hangs, checks must not accumulate, nor run without a pause.
    if (this.#looking) return this.#wait();
    this.#looking = true;
    await this.#alone(async () => {
      const state = await this.#look();
      if (state === this.#noticed) this.#pending = undefined;
      else if (state !== this.#pending) this.#await(state);
      else if (this.#rest > 0) this.#rest -= 1;
      else await this.#notice(state);
    }).finally(() => {
      this.#looking = false;
    });
  }

  async #look(): Promise<string> {
    this.#taken = 0;
    try {
      return await this.#parts.look();
    } finally {
      this.#taken = undefined;
    }
  }

  #wait(): void {
    if (this.#taken === undefined) return;
    this.#taken += 1;
    if (this.#taken !== PATIENCE) return;
    this.#noticed = UNREAD;
    this.#parts.onHang();
  }

  #await(state: string): void {
    this.#pending = state;
    this.#misses = 0;
    this.#rest = 0;
  }

  async #notice(state: string): Promise<void> {
    if (state !== this.#pending) this.#await(state);
    if (await this.#parts.onChange()) this.#noticed = state;
    else {
      // The previous state is also read again, because it may return.
      this.#noticed = UNREAD;
      this.#misses += 1;
      this.#rest = Math.min(2 ** this.#misses, MOST_LOOKS);
    }
  }

  /** Runs one check or read at a time, in turn. */
  #alone(work: () => Promise<void>): Promise<void> {
    const turn = this.#busy.then(work);
    this.#busy = turn.catch(() => {});
    return turn;
  }
}

/** Does not keep the process alive. After a failed callback, the interval continues. */
export const everyUnref: Every = (milliseconds, callback) => {
  const timer = setInterval(() => void callback().catch(() => {}), milliseconds);
  timer.unref();
  return () => clearInterval(timer);
};

/** Size, times, identity and link target of a file, as a text that changes when it is written or replaced. */
export async function stateOfFile(file: string): Promise<string> {
  try {
    const link = await readlink(file).catch(() => '');
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(file, { bigint: true });
    return [file, link, dev, ino, size, mtimeNs, ctimeNs].join('|');
  } catch (error) {
    return `${file}: ${(error as NodeJS.ErrnoException).code ?? 'failed'}`;
  }
}
