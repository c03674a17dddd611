import { readlink, stat } from 'node:fs/promises';

export interface ChangeWatchParts {
  /** Describes what is watched: another text whenever it changed. */
  readonly look: () => Promise<string>;
  /**
   * It changed, and has come to rest. Resolves with whether it could be read, whatever it says: where there are no file
   * descriptors left, or a mount is away, it is tried again without another change.
   */
  readonly onChange: () => Promise<boolean>;
  /** A look does not come back, as on a mount that hangs. It is read anew, changed or not, once one does. */
  readonly onHang: () => void;
  /** Milliseconds between two looks; by default a quarter of a second. */
  readonly interval?: number | undefined;
  /** Calls back again and again until told to stop. */
  readonly every?: Every | undefined;
}

/** An edit is in force within two seconds, of which two looks may take the time between them each. */
const INTERVAL = 250;
/** What cannot be read is tried again after 2, 4, … looks, and after so many at most. */
const MOST_LOOKS = 64;
/** A look that takes as long as so many hangs: half a minute. */
const PATIENCE = 120;

/** What to say of a look that hangs, of its file. */
export const HANGS = 'cannot be read: timeout';

/** No state of any file. */
const UNREAD = '\0unread';

export type Every = (milliseconds: number, callback: () => Promise<void>) => () => void;

/**
 * Watches files by looking at their sizes and times, rather than asking the system to be told: notices do not
 * cross network mounts and container mounts, and follow a file or a link that is replaced, not its name. A look
 * costs a few stat calls. Two looks must agree before a change counts, so that a save that is half written is
 * not taken for the file.
 */
export class ChangeWatch {
  readonly #parts: ChangeWatchParts;
  /** The state that was last taken notice of. */
  #noticed: string;
  #pending: string | undefined;
  /** How often in a row it could not be read, and looks until it is tried again. */
  #misses = 0;
  #rest = 0;
  #busy: Promise<void> = Promise.resolve();
  #looking = false;
  /** While a look is under way: as long as how many it has taken. */
  #taken: number | undefined;
  readonly #stop: () => void;

  constructor(parts: ChangeWatchParts, noticed: string) {
    this.#parts = parts;
    this.#noticed = noticed;
    this.#stop = (parts.every ?? everyUnref)(parts.interval ?? INTERVAL, () => this.#tick());
  }

  /** Takes notice of the state as it is, without waiting for it to come to rest. */
  takeNotice(): Promise<void> {
    return this.#alone(async () => this.#notice(await this.#look()));
  }

  /** Looks now, and not only at the next look that is due: for who has heard that it may have changed. */
  lookNow(): Promise<void> {
    return this.#tick();
  }

  close(): void {
    this.#stop();
  }

  async #tick(): Promise<void> {
    // A mount that hangs must not pile up looks, nor let two follow each other without time between.
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
      // Also what is as it was before is read again: it may have been taken back meanwhile.
      this.#noticed = UNREAD;
      this.#misses += 1;
      this.#rest = Math.min(2 ** this.#misses, MOST_LOOKS);
    }
  }

  /** One look or reading at a time, in turn. */
  #alone(work: () => Promise<void>): Promise<void> {
    const turn = this.#busy.then(work);
    this.#busy = turn.catch(() => {});
    return turn;
  }
}

/** Keeps no process alive. What is called back for may fail; the next time comes all the same. */
export const everyUnref: Every = (milliseconds, callback) => {
  const timer = setInterval(() => void callback().catch(() => {}), milliseconds);
  timer.unref();
  return () => clearInterval(timer);
};

/** Size, times and identity of a file, and where it points to: another text whenever it was written or replaced. */
export async function stateOfFile(file: string): Promise<string> {
  try {
    const link = await readlink(file).catch(() => '');
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(file, { bigint: true });
    return [file, link, dev, ino, size, mtimeNs, ctimeNs].join('|');
  } catch (error) {
    return `${file}: ${(error as NodeJS.ErrnoException).code ?? 'failed'}`;
  }
}
