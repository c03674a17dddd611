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

/** Saved so often, in milliseconds: what has come since is read again after a crash. */
const SAVE_EVERY = 60_000;
/** So many records are held while older ones are counted; beyond them, all of these are read from the log instead. */
const MOST_HELD = 50_000;

export interface RollupKeeperParts {
  /** Reads what was saved, and the log where nothing was. */
  readonly count: (counting: Counting, signal: AbortSignal) => Promise<RollupState>;
  readonly every: Every;
  /** They could not be counted, or not be saved. */
  readonly onTrouble: (error: unknown) => void;
}

/** What was written to the log, or to another. */
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
 * Keeps the roll-ups of a decision log: counts what is there at the start, in the background, notes what is appended, and
 * saves them beside the log now and then. One process has a log, and so one keeps its roll-ups.
 */
export class RollupKeeper {
  readonly #file: string;
  readonly #parts: RollupKeeperParts;
  readonly #progress = new Int32Array(new SharedArrayBuffer(4));
  readonly #stopping = new AbortController();
  #rollups = new Rollups();
  /** Of the last record that was told of, held or not. */
  #position: LogPosition | undefined;
  /** What was appended while older records are counted, or while they are saved. */
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

  /** As far as they are counted. */
  get rollups(): Rollups {
    return this.#rollups;
  }

  get progress(): RollupProgress {
    if (this.#state !== 'counting') return { kind: this.#state };
    return { kind: 'counting', part: this.#progress[0]! / 1_000 };
  }

  /** Notes what has reached the log. @param position behind it */
  note(written: readonly Written[], position: LogPosition | undefined): void {
    this.#position = position;
    if (this.#held === undefined) this.#noteAll(written);
    else if (!this.#overflowed) this.#hold(written);
  }

  /**
   * Notes what other logs hold. To be called once all is counted: until then it would be lost where too much comes.
   * @param upTo how far that is; it is saved with what was noted, and only with it
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

  /** Begins to count what is in the log, which is open and has taken no record yet. Nobody waits for the rest of it. */
  async start(log: Pick<FileDecisionLog, 'position'>): Promise<void> {
    this.#position = log.position;
    const others = await besides(this.#file);
    this.#counting = this.#count({ position: log.position, others }).catch((error: unknown) => {
      this.#settle('failed');
      if (!this.#stopping.signal.aborted) this.#parts.onTrouble(error);
    });
    this.#stop = this.#parts.every(SAVE_EVERY, () => this.save());
  }

  /** Resolves once all that was in the log at the start is counted, or cannot be. */
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
      // Behind it begins what is held from now on.
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

  /** Takes in what was held. */
  #letGo(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    this.#noteAll(held);
  }

  /** Saves what is new; one at a time. Never rejects. */
  save(): Promise<void> {
    this.#saving ??= this.#save().finally(() => {
      this.#saving = undefined;
    });
    return this.#saving;
  }

  async #save(): Promise<void> {
    const position = this.#position;
    if (this.#state !== 'whole' || !this.#isDirty || position === undefined) return;
    // The groups stay as they are while they are written.
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

  /** Saves once more. The log takes no records any more. */
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

/** The files that lie beside a log's own. */
async function besides(file: string): Promise<string[]> {
  const files = await decisionFiles(file, LOG_DISK).catch(() => []);
  return files.filter(({ current }) => !current).map(({ name }) => plainName(name));
}
