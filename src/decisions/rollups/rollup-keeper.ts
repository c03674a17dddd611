import type { Every } from '../../runtime/change-watch.js';
import { Turns } from '../../runtime/turns.js';
import type { FileDecisionLog, Written } from '../file-log.js';
import { LOG_DISK } from '../log-disk.js';
import { decisionFiles } from '../log-files.js';
import type { LogPosition } from '../log-position.js';
import type { Counting } from './count-up.js';
import { type LogEnd, plainName, replay } from './replay.js';
import { type RollupState, Rollups } from './rollups.js';
import { rollupFile, saveRollups } from './saved-rollups.js';

/** The interval of saves, in milliseconds: later records are read again after a crash. */
const SAVE_EVERY = 60_000;
/**
 * The maximum number of records held while older ones are counted; beyond it, all of these are read from the log
 * instead.
 */
const MOST_HELD = 50_000;

export interface RollupKeeperParts {
  /** Reads the saved roll-ups, or the log without any. */
  readonly count: (counting: Counting, signal: AbortSignal) => Promise<RollupState>;
  readonly every: Every;
  /** They could not be counted, or not be saved. */
  readonly onTrouble: (error: unknown) => void;
}

/** A record of this log or another one. */
interface Noted extends Written {
  readonly isOther?: true;
  /** So far have other logs been noted. */
  readonly upTo?: string;
}

/** How far roll-ups are. */
export type RollupProgress =
  | { readonly kind: 'counting'; readonly part: number }
  /** The log could not be read to its end. */
  | { readonly kind: 'failed' }
  | { readonly kind: 'whole' };

/**
 * Maintains the roll-ups of a decision log: counts existing records at the start, in the background, notes appended
 * ones, and saves the roll-ups next to the log regularly. The process that owns the log owns its roll-ups.
 */
export class RollupKeeper {
  readonly #file: string;
  readonly #parts: RollupKeeperParts;
  readonly #progress = new Int32Array(new SharedArrayBuffer(4));
  readonly #stopping = new AbortController();
  #rollups = new Rollups();
  /** Of the last received record, held or not. */
  #position: LogPosition | undefined;
  /** Records appended during counting, or during a save. */
  #held: Noted[] | undefined = [];
  #overflowed = false;
  #state: RollupProgress['kind'] = 'counting';
  /** Whether there is something that is not saved. */
  #isDirty = false;
  #counting: Promise<void> | undefined;
  #saving: Promise<void> | undefined;
  #stop = () => {};

  /** @param file the log's */
  constructor(file: string, parts: RollupKeeperParts) {
    this.#file = file;
    this.#parts = parts;
  }

  /** The current counts, possibly incomplete. */
  get rollups(): Rollups {
    return this.#rollups;
  }

  get progress(): RollupProgress {
    if (this.#state !== 'counting') return { kind: this.#state };
    return { kind: 'counting', part: this.#progress[0]! / 1_000 };
  }

  /** Notes logged records. @param position after them */
  note(written: readonly Written[], position: LogPosition | undefined): void {
    this.#position = position;
    if (this.#held === undefined) this.#noteAll(written);
    else if (!this.#overflowed) this.#hold(written);
  }

  /**
   * Notes records of other logs. Call it only when counting is complete: before that, they would be lost on overflow.
   * @param upTo their position; it is saved atomically with the records
   */
  noteOthers(written: readonly Written[], upTo: string): void {
    const last = { record: undefined, line: '', upTo };
    const noted = [...written.map((one) => ({ ...one, isOther: true as const })), last];
    if (this.#held === undefined) this.#noteAll(noted);
    else this.#held.push(...noted);
  }

  #noteAll(noted: readonly Noted[]): void {
    for (const { record, line, isOther, upTo } of noted) {
      if (upTo !== undefined) this.#rollups.others = upTo;
      if (record === undefined) continue;
      if (isOther) this.#rollups.noteOther(record, line);
      else this.#rollups.note(record, line);
      this.#isDirty = true;
    }
  }

  #hold(written: readonly Written[]): void {
    this.#held?.push(...written);
    if (this.#state !== 'counting' || (this.#held?.length ?? 0) <= MOST_HELD) return;
    this.#held = [];
    this.#overflowed = true;
  }

  /** Starts counting the log, which is open and still empty of new records. Runs in the background. */
  async start(log: Pick<FileDecisionLog, 'position'>): Promise<void> {
    this.#position = log.position;
    const others = await besides(this.#file);
    this.#counting = this.#count({ position: log.position, others }).catch((error: unknown) => {
      this.#settle('failed');
      if (!this.#stopping.signal.aborted) this.#parts.onTrouble(error);
    });
    this.#stop = this.#parts.every(SAVE_EVERY, () => this.save());
  }

  /** Resolves when all initial records of the log are counted, or failed. */
  async counted(): Promise<void> {
    await this.#counting;
  }

  async #count(to: LogEnd): Promise<void> {
    const log = this.#file;
    const { signal } = this.#stopping;
    if (to.position !== undefined || to.others.length > 0) {
      const state = await this.#parts.count({ log, to, progress: this.#progress }, signal);
      this.#rollups = new Rollups(state);
    }
    for (let from = to.position; this.#overflowed; ) {
      // Held records begin after it.
      const position = this.#position;
      this.#held = [];
      this.#overflowed = false;
      const turn = turns();
      const stretch = { from, to: { position, others: await besides(log) } };
      await replay(log, stretch, this.#rollups, { turn });
      from = position;
    }
    this.#isDirty = true;
    this.#settle('whole');
  }

  #settle(state: 'whole' | 'failed'): void {
    this.#state = state;
    this.#overflowed = false;
    this.#letGo();
  }

  /** Notes the held records. */
  #letGo(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    this.#noteAll(held);
  }

  /** Saves new counts; one save at a time. Never rejects. */
  save(): Promise<void> {
    this.#saving ??= this.#save().finally(() => {
      this.#saving = undefined;
    });
    return this.#saving;
  }

  async #save(): Promise<void> {
    const position = this.#position;
    if (this.#state !== 'whole' || !this.#isDirty || position === undefined) return;
    // The groups must not change while they are written.
    this.#held = [];
    this.#isDirty = false;
    try {
      const state = this.#rollups.state();
      await saveRollups(rollupFile(this.#file), { state, position }, turns());
    } catch (error) {
      this.#isDirty = true;
      this.#parts.onTrouble(error);
    } finally {
      this.#letGo();
    }
  }

  /** Saves a last time. The log accepts no further records. */
  async close(): Promise<void> {
    this.#stop();
    this.#stopping.abort();
    await this.#counting;
    await this.#saving;
    await this.save();
  }
}

/** Lets others have their turn between pieces of long work. */
function turns(): () => Promise<void> | undefined {
  const share = new Turns();
  return () => (share.spent ? share.next() : undefined);
}

/** The files next to a log's current one. */
async function besides(file: string): Promise<string[]> {
  const files = await decisionFiles(file, LOG_DISK).catch(() => []);
  return files.filter(({ current }) => !current).map(({ name }) => plainName(name));
}
