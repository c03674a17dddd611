import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { type FileIndex, INDEX, indexOf } from '../../../decisions/file-index.js';
import { LOG_DISK } from '../../../decisions/log-disk.js';
import { type RotatedFile, rotatedFiles } from '../../../decisions/retention.js';
import type { Every } from '../../../runtime/change-watch.js';
import type { Seal } from '../../seal.js';
import { type ArchivedName, archivedName, indexKeyOf, stateKeyOf } from './archive-names.js';
import { loadUploaded, saveUploaded, type Uploaded } from './archive-state-file.js';
import { writeArchivedIndex, writeArchiveState } from './archived-values.js';
import { type Objects, wordsOf } from './objects.js';

export interface UploadingSettings {
  readonly replica: string;
  /** The log's own file. */
  readonly log: string;
  /** Where is remembered what was put there. */
  readonly memory: string;
}

export interface UploadingParts {
  readonly objects: Objects;
  readonly seal: Seal;
  readonly every: Every;
  readonly now: () => number;
  /** Puts aside what is in the log's own file. */
  readonly putAside: () => Promise<void>;
  readonly onPut: (result: 'kept' | 'failed') => void;
  /** What is wrong with it; undefined once all is there that should be. */
  readonly onTrouble: (detail: string | undefined) => void;
}

/** Milliseconds between two looks at what lies here. */
const LOOK = 15_000;
const HOUR = 3_600_000;
/** After a failure it is tried again after twice as long each time, up to this, in milliseconds. */
const LONGEST_PAUSE = 5 * 60_000;
/** At the end, in milliseconds. */
const LAST_PATIENCE = 8_000;

/**
 * Puts what the own log has put aside where all keep it for good: the oldest first, each until it is there. Only this
 * replica writes under these names. A file that lies there is followed by its index, and both by the word that all is
 * there up to some time: nobody takes a hole for silence.
 */
export class Uploading {
  readonly #settings: UploadingSettings;
  readonly #parts: UploadingParts;
  readonly #closed = new AbortController();
  #uploaded: Uploaded = { last: undefined, stamps: new Set() };
  /** All that was decided before is in files that were put aside. */
  #asideUpTo = 0;
  #saidUpTo = 0;
  #hour: number;
  #working: Promise<void> | undefined;
  #failures = 0;
  #notBefore = 0;
  #stop = () => {};

  constructor(settings: UploadingSettings, parts: UploadingParts) {
    this.#settings = settings;
    this.#parts = parts;
    this.#hour = Math.floor(parts.now() / HOUR);
  }

  async begin(): Promise<void> {
    const { log, memory } = this.#settings;
    this.#uploaded = await loadUploaded(memory);
    // What it said at its last end holds no more.
    const last = (await rotatedFiles(log).catch(() => [])).at(-1);
    const { size } = await stat(log).catch(() => ({ size: 0 }));
    this.#asideUpTo = size === 0 ? this.#parts.now() : last ? this.#named(last.name).aside : 0;
    this.#stop = this.#parts.every(LOOK, () => this.look());
    // Nobody waits for it at the start.
    void this.look();
  }

  /** Whether a file that was put aside is still to be put there. @param path as the log has named it */
  isOwed(path: string): boolean {
    const name = this.#nameAt(path);
    return name !== undefined && !this.#uploaded.stamps.has(name.stamp);
  }

  /** Puts there what is to be. Never rejects. */
  look(): Promise<void> {
    this.#working ??= this.#look(this.#closed.signal)
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        this.#working = undefined;
      });
    return this.#working;
  }

  /** Puts there what is left, within some time. The log takes no records any more, and has put aside the last ones. */
  async close(): Promise<void> {
    this.#stop();
    this.#closed.abort();
    await this.#working;
    const { now } = this.#parts;
    this.#asideUpTo = now();
    try {
      const signal = AbortSignal.timeout(LAST_PATIENCE);
      // What could not be compressed is missing there.
      if (await this.#putAll(signal)) await this.#say(true, signal);
    } catch (error) {
      this.#fail(error);
    }
  }

  async #look(signal: AbortSignal): Promise<void> {
    const now = this.#parts.now();
    const hour = Math.floor(now / HOUR);
    if (hour !== this.#hour) {
      this.#hour = hour;
      await this.#parts.putAside();
      this.#asideUpTo = now;
    }
    if (now < this.#notBefore && this.#notBefore - now <= LONGEST_PAUSE) return;
    if (!(await this.#putAll(signal))) return;
    if (this.#asideUpTo > this.#saidUpTo) await this.#say(false, signal);
    this.#failures = 0;
    this.#parts.onTrouble(undefined);
  }

  /** @returns whether all that was put aside is there */
  async #putAll(signal: AbortSignal): Promise<boolean> {
    const rotated = await rotatedFiles(this.#settings.log);
    const here = new Set(rotated.flatMap(({ name }) => this.#named(name).stamp));
    const stamps = [...this.#uploaded.stamps].filter((stamp) => here.has(stamp));
    this.#uploaded = { ...this.#uploaded, stamps: new Set(stamps) };
    for (const file of rotated) {
      const name = this.#named(file.name);
      if (this.#uploaded.stamps.has(name.stamp)) continue;
      // It is being compressed, and indexed.
      if (!isTended(file)) return false;
      const path = `${file.path}.gz`;
      const index = await indexOf(path, LOG_DISK);
      if (index === undefined) return false;
      await this.#put(name, path, index, signal);
    }
    return true;
  }

  async #put(
    name: ArchivedName,
    path: string,
    index: FileIndex,
    signal: AbortSignal,
  ): Promise<void> {
    const { objects, seal, onPut } = this.#parts;
    const { size } = await stat(path);
    const sha256 = await digestOf(path);
    const previous = this.#uploaded.last;
    const bytes = writeArchivedIndex(name.key, { sha256, size, previous, index }, seal);
    try {
      await objects.put(name.key, () => createReadStream(path), size, signal);
      await objects.put(indexKeyOf(name), () => Readable.from([bytes]), bytes.length, signal);
      onPut('kept');
    } catch (error) {
      onPut('failed');
      throw error;
    }
    const stamps = new Set([...this.#uploaded.stamps, name.stamp]);
    this.#uploaded = { last: name.key, stamps };
    // Without it the same is put there once more.
    await saveUploaded(this.#settings.memory, this.#uploaded).catch(() => {});
  }

  /** Says that all is there up to some time. */
  async #say(ended: boolean, signal: AbortSignal): Promise<void> {
    const { objects, seal } = this.#parts;
    const { replica } = this.#settings;
    const state = { upTo: this.#asideUpTo, last: this.#uploaded.last, ended };
    const bytes = writeArchiveState(replica, state, seal);
    await objects.put(stateKeyOf(replica), () => Readable.from([bytes]), bytes.length, signal);
    this.#saidUpTo = state.upTo;
  }

  #fail(error: unknown): void {
    this.#failures += 1;
    const pause = Math.min(LONGEST_PAUSE, LOOK * 2 ** Math.min(this.#failures, 8));
    this.#notBefore = this.#parts.now() + pause;
    this.#parts.onTrouble(wordsOf(error));
  }

  #named({ time, number }: RotatedFile['name']): ArchivedName {
    return archivedName(this.#settings.replica, time, number);
  }

  #nameAt(path: string): ArchivedName | undefined {
    const [, time, number] = /-(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z)-(\d{4,})/.exec(path) ?? [];
    return time === undefined
      ? undefined
      : archivedName(this.#settings.replica, time, Number(number));
  }
}

function isTended({ endings }: RotatedFile): boolean {
  return !endings.has('') && endings.has('.gz') && endings.has(`.gz${INDEX}`);
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
