import { readlink, stat } from 'node:fs/promises';

export interface ChangeWatchParts {
  /** Describes what is watched: another text whenever it changed. */
  readonly look: () => Promise<string>;
  /** It changed, and has come to rest. */
  readonly onChange: () => Promise<void>;
  /** Milliseconds between two looks; by default a quarter of a second. */
  readonly interval?: number | undefined;
  /** Calls back again and again until told to stop. */
  readonly every?: Every | undefined;
}

/** An edit is in force within two seconds, of which two looks may take the time between them each. */
const INTERVAL = 250;

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
  #busy: Promise<void> = Promise.resolve();
  #looking = false;
  readonly #stop: () => void;

  constructor(parts: ChangeWatchParts, noticed: string) {
    this.#parts = parts;
    this.#noticed = noticed;
    this.#stop = (parts.every ?? everyUnref)(parts.interval ?? INTERVAL, () => this.#tick());
  }

  /** Takes notice of the state as it is, without waiting for it to come to rest. */
  takeNotice(): Promise<void> {
    return this.#alone(async () => this.#notice(await this.#parts.look()));
  }

  close(): void {
    this.#stop();
  }

  async #tick(): Promise<void> {
    // A mount that hangs must not pile up looks, nor let two follow each other without time between.
    if (this.#looking) return;
    this.#looking = true;
    await this.#alone(async () => {
      const state = await this.#parts.look();
      if (state === this.#noticed) this.#pending = undefined;
      else if (state === this.#pending) await this.#notice(state);
      else this.#pending = state;
    }).finally(() => {
      this.#looking = false;
    });
  }

  async #notice(state: string): Promise<void> {
    this.#noticed = state;
    this.#pending = undefined;
    await this.#parts.onChange();
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
