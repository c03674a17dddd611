import type { Reservation, Space } from '../space.js';
import { type FileSystem, fileSystemOf } from './free-bytes.js';

export interface DiskSpaceSettings {
  readonly directory: string;
  /** The required free space of the file system, in bytes. */
  readonly minFree: number;
  /** Removes this many bytes of cached files, or nothing if there are fewer. @returns the number of removed bytes */
  readonly reclaim?: (bytes: number) => Promise<number>;
  /** Called at each change: there was no room, or there is again. */
  readonly onShort?: (short: boolean) => void;
  /** The file system of a path; tests pass their own. */
  readonly fileSystem?: (path: string) => Promise<FileSystem>;
}

/** A request that waits for room. */
interface Asking {
  readonly bytes: number;
  /** On the clock of `performance`. */
  readonly until: number;
  readonly answer: (granted: boolean) => void;
  readonly fail: (error: unknown) => void;
}

/** If this many bytes are free beyond the request, a measurement is reused … */
const AMPLE = 2 ** 30;
/** … for this long, in milliseconds: others do not write as much meanwhile, and local writes are counted. */
const LOOK_LASTS = 250;
/** Other programs free space without notice, so it is measured again after this time; in milliseconds. */
const LOOK_AGAIN = 250;
/** A removed file uses space until its readers close it, so it is counted this long, in milliseconds. */
const COUNTED_ON = 2_000;

/**
 * Reserves a file system's room for future writes. Each reservation respects all others and the required free space, so
 * a holder never meets a full disk because of this server. One process manages it.
 */
export class DiskSpace implements Space {
  readonly #settings: DiskSpaceSettings;
  /** Reserved, and not written yet. */
  #promised = 0;
  /** Files in progress come before new ones, because they already hold room. */
  #asking: Asking[] = [];
  #working: Promise<void> | undefined;
  #wake: () => void = () => {};
  #isNews = false;
  /** Removed bytes that the file system does not show as free yet. */
  #leaving = 0;
  #leavingSince = 0;
  /** The free bytes of the last measurement, and its time. */
  #seen = { free: 0, at: -Infinity };
  /** Bytes written since. */
  #written = 0;
  /** The request that did not fit, in bytes. */
  #lacking: number | undefined;

  constructor(settings: DiskSpaceSettings) {
    this.#settings = settings;
  }

  async reserve(bytes: number, patience: number): Promise<Reservation | undefined> {
    return (await this.#ask(bytes, patience, 'last')) ? this.#reservation(bytes) : undefined;
  }

  /** The bytes missing from the required free space, including reservations; 0 if there is enough. */
  async shortage(more = 0): Promise<number> {
    const { minFree } = this.#settings;
    // Computed before the measurement: a concurrent write is counted twice rather than not at all.
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

  /** Reports that there is room again, even without a request. */
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

  /** One measurement at a time: two concurrent ones would reserve the same room. */
  async #work(): Promise<void> {
    while (this.#asking.length > 0) {
      this.#isNews = false;
      for (const asking of [...this.#asking]) await this.#serve(asking);
      if (this.#asking.length > 0 && !this.#isNews) await this.#change();
    }
    // Synchronous with the check of the queue.
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

  /** True if it would not fit on an empty disk. */
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
