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
  /** The file that remembers the uploads. */
  readonly memory: string;
}

export interface UploadingParts {
  readonly objects: Objects;
  readonly seal: Seal;
  readonly every: Every;
  readonly now: () => number;
  /** Rotates the log's own file. */
  readonly putAside: () => Promise<void>;
  readonly onPut: (result: 'kept' | 'failed') => void;
  /** The problem; undefined once all uploads are done. */
  readonly onTrouble: (detail: string | undefined) => void;
}

/** Milliseconds between two checks for new files. */
const LOOK = 15_000;
const HOUR = 3_600_000;
/** The delay after a failure doubles each time, up to this limit, in milliseconds. */
const LONGEST_PAUSE = 5 * 60_000;
/** The timeout at the end, in milliseconds. */
const LAST_PATIENCE = 8_000;

/**
 * Uploads the rotated files of this replica's log to the archive: oldest first, one at a time. Only this replica writes
 * these names. Each file is followed by its index, and both by a statement that all decisions up to some time are
 * uploaded, so a missing file is not mistaken for a time without decisions.
 */
export class Uploading {
  readonly #settings: UploadingSettings;
  readonly #parts: UploadingParts;
  readonly #closed = new AbortController();
  #uploaded: Uploaded = { last: undefined, stamps: new Set() };
  /** All earlier decisions are in rotated files. */
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
    // Its statement at the last end is outdated.
    const last = (await rotatedFiles(log).catch(() => [])).at(-1);
    const { size } = await stat(log).catch(() => ({ size: 0 }));
    this.#asideUpTo = size === 0 ? this.#parts.now() : last ? this.#named(last.name).aside : 0;
    this.#stop = this.#parts.every(LOOK, () => this.look());
    // The start does not wait for it.
    void this.look();
  }

  /** Whether a rotated file is not uploaded yet. @param path as named by the log */
  isOwed(path: string): boolean {
    const name = this.#nameAt(path);
    return name !== undefined && !this.#uploaded.stamps.has(name.stamp);
  }

  /** Uploads pending files. Never rejects. */
  look(): Promise<void> {
    this.#working ??= this.#look(this.#closed.signal)
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        this.#working = undefined;
      });
    return this.#working;
  }

  /** Uploads the rest, within a timeout. The log accepts no records any longer, and has rotated its last file. */
  async close(): Promise<void> {
    this.#stop();
    this.#closed.abort();
    await this.#working;
    const { now } = this.#parts;
    this.#asideUpTo = now();
    try {
      const signal = AbortSignal.timeout(LAST_PATIENCE);
      // A file whose compression failed is not uploaded.
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

  /** @returns whether all rotated files are uploaded */
  async #putAll(signal: AbortSignal): Promise<boolean> {
    const rotated = await rotatedFiles(this.#settings.log);
    const here = new Set(rotated.flatMap(({ name }) => this.#named(name).stamp));
    const stamps = [...this.#uploaded.stamps].filter((stamp) => here.has(stamp));
    this.#uploaded = { ...this.#uploaded, stamps: new Set(stamps) };
    for (const file of rotated) {
      const name = this.#named(file.name);
      if (this.#uploaded.stamps.has(name.stamp)) continue;
      // It is still being compressed and indexed.
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
    // If this fails, the same file is uploaded again.
    await saveUploaded(this.#settings.memory, this.#uploaded).catch(() => {});
  }

  /** States that all decisions up to some time are uploaded. */
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
