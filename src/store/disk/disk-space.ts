import type { Reservation, Space } from '../space.js';
import { type FileSystem, fileSystemOf } from './free-bytes.js';

export interface DiskSpaceSettings {
  readonly directory: string;
  /** What must stay free on the file system, in bytes. */
  readonly minFree: number;
  /** Removes cached files of so many bytes, or none where there are not as many. @returns how many bytes they had */
  readonly reclaim?: (bytes: number) => Promise<number>;
  /** Told whenever that changes: there was no room, or there is again. */
  readonly onShort?: (short: boolean) => void;
  /** The file system of a path; a test hands in its own. */
  readonly fileSystem?: (path: string) => Promise<FileSystem>;
}

/** Somebody who waits for room. */
interface Asking {
  readonly bytes: number;
  /** By the clock of `performance`. */
  readonly until: number;
  readonly answer: (granted: boolean) => void;
  readonly fail: (error: unknown) => void;
}

/** Where there is more room than is asked for by so many bytes, a look at it counts for a while … */
const AMPLE = 2 ** 30;
/** … for so long, in milliseconds: nobody else writes as much meanwhile, and what is written here is counted. */
const LOOK_LASTS = 250;
/** Others give room back, too, who tell nobody; in milliseconds. */
const LOOK_AGAIN = 250;
/** What is removed and still read is there until it is closed: so long it is counted on, in milliseconds. */
const COUNTED_ON = 2_000;

/**
 * Promises a file system's room to those who are about to write there. Each promise keeps what is left of all others, and
 * what must stay free, so that whoever has one never meets a full disk on our account. It is kept by one process.
 */
export class DiskSpace implements Space {
  readonly #settings: DiskSpaceSettings;
  /** Promised, and not yet written. */
  #promised = 0;
  /** Those who go on with a file before those who begin one: they hold what they have. */
  #asking: Asking[] = [];
  #working: Promise<void> | undefined;
  #wake: () => void = () => {};
  #isNews = false;
  /** Bytes that were removed, and that the file system does not show as free yet. */
  #leaving = 0;
  #leavingSince = 0;
  /** What the last look at the file system showed as free, and when that was. */
  #seen = { free: 0, at: -Infinity };
  /** Written here since. */
  #written = 0;
  /** What there was no room for, in bytes. */
  #lacking: number | undefined;

  constructor(settings: DiskSpaceSettings) {
    this.#settings = settings;
  }

  async reserve(bytes: number, patience: number): Promise<Reservation | undefined> {
    return (await this.#ask(bytes, patience, 'last')) ? this.#reservation(bytes) : undefined;
  }

  /** How much less is free than must be, with all that is promised; 0 where there is enough. */
  async shortage(more = 0): Promise<number> {
    const { minFree } = this.#settings;
    // Before the look: what is written meanwhile is rather counted twice than not at all.
    const wanted = more + this.#promised + minFree;
    if (this.#isAmple(wanted)) return 0;
    const { free } = await this.#look();
    return Math.max(0, wanted - free);
  }

  #isAmple(wanted: number): boolean {
    const { free, at } = this.#seen;
    return free - this.#written >= wanted + AMPLE && performance.now() - at < LOOK_LASTS;
  }

  async #look(): Promise<FileSystem> {
    const { directory, fileSystem = fileSystemOf } = this.#settings;
    const before = this.#written;
    const found = await fileSystem(directory);
    this.#seen = { free: found.free, at: performance.now() };
    this.#written -= before;
    return found;
  }

  /** Tells that there is room again, whether or not anybody asks for some. */
  async lookAgain(): Promise<void> {
    if (this.#lacking !== undefined && (await this.shortage(this.#lacking)) === 0)
      this.#note(undefined);
  }

  #note(lacking: number | undefined): void {
    this.#lacking = lacking;
    this.#settings.onShort?.(lacking !== undefined);
  }

  #reservation(bytes: number): Reservation {
    let left = bytes;
    let over = false;
    const give = (back: number) => {
      left -= back;
      this.#promised -= back;
    };
    return {
      extend: async (more, patience) => {
        const granted = await this.#ask(more, patience, 'first');
        if (granted && over) this.#promised -= more;
        else if (granted) left += more;
        return granted;
      },
      wrote: (written) => {
        this.#written += written;
        give(Math.min(written, left));
      },
      release: () => {
        if (over) return;
        over = true;
        give(left);
        this.#notify();
      },
    };
  }

  #ask(bytes: number, patience: number, place: 'first' | 'last'): Promise<boolean> {
    return new Promise((answer, fail) => {
      const asking = { bytes, until: performance.now() + patience, answer, fail };
      if (place === 'first') this.#asking.unshift(asking);
      else this.#asking.push(asking);
      this.#working ??= this.#work();
      this.#notify();
    });
  }

  #notify(): void {
    this.#isNews = true;
    this.#wake();
  }

  /** One look at a time: two at once would promise the same room. */
  async #work(): Promise<void> {
    while (this.#asking.length > 0) {
      this.#isNews = false;
      for (const asking of [...this.#asking]) await this.#serve(asking);
      if (this.#asking.length > 0 && !this.#isNews) await this.#change();
    }
    // In the same turn as the look at who asks.
    this.#working = undefined;
  }

  async #serve(asking: Asking): Promise<void> {
    const { bytes, until, answer, fail } = asking;
    let granted: boolean;
    try {
      granted = await this.#fits(bytes);
      if (!granted && performance.now() < until && !(await this.#neverFits(bytes))) return;
    } catch (error) {
      this.#remove(asking);
      return fail(error);
    }
    this.#remove(asking);
    if (granted) this.#promised += bytes;
    this.#note(granted ? undefined : bytes);
    answer(granted);
  }

  #remove(asking: Asking): void {
    this.#asking = this.#asking.filter((other) => other !== asking);
  }

  async #fits(bytes: number): Promise<boolean> {
    const { reclaim } = this.#settings;
    const before = await this.shortage(bytes);
    if (before === 0 || reclaim === undefined) return before === 0;
    if (performance.now() - this.#leavingSince > COUNTED_ON) this.#leaving = 0;
    if (before <= this.#leaving) return false;
    const removed = await reclaim(before - this.#leaving);
    if (removed === 0) return false;
    const after = await this.shortage(bytes);
    this.#leaving = Math.max(0, this.#leaving + removed - (before - after));
    this.#leavingSince = performance.now();
    return after === 0;
  }

  /** Not even on an empty disk. */
  async #neverFits(bytes: number): Promise<boolean> {
    return bytes + this.#settings.minFree > (await this.#look()).size;
  }

  async #change(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const next = Math.min(...this.#asking.map(({ until }) => until)) - performance.now();
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      timer = setTimeout(resolve, Math.max(1, Math.min(LOOK_AGAIN, next)));
    });
    clearTimeout(timer);
    this.#wake = () => {};
  }
}
