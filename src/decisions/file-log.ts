import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, stat, unlink } from 'node:fs/promises';
import { dirname, join, parse } from 'node:path';
import { compressFile } from './compress-file.js';
import type { DecisionLog } from './log.js';
import { type DecisionRecord, type ExposedRecord, writeRecord } from './record.js';

export interface DecisionLogSettings {
  /** The file; its folder is made where it is missing. Files put aside lie beside it. */
  readonly file: string;
  /** A file that has reached this many bytes is put aside and a new one begun. */
  readonly maxBytes: number;
  /** How many files put aside are kept; the oldest go first. */
  readonly keep: number;
  /** Whether files put aside are compressed, in the background. */
  readonly compress: boolean;
  /** Whether every write waits for the disk itself, not only for the operating system. */
  readonly fsync: boolean;
}

interface Waiting {
  readonly line: string;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The decision log as JSON lines in a folder, append-only. Records that arrive while a write is under way go
 * out together with the next, so that a busy proxy makes few, larger writes.
 */
export class FileDecisionLog implements DecisionLog {
  readonly #settings: DecisionLogSettings;
  readonly #now: () => number;
  #file: FileHandle | undefined;
  #size = 0;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;
  #compressing: Promise<void> = Promise.resolve();

  constructor(settings: DecisionLogSettings, now: () => number = Date.now) {
    this.#settings = settings;
    this.#now = now;
  }

  append(record: DecisionRecord | ExposedRecord): Promise<void> {
    const line = writeRecord(record);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ line, resolve, reject });
      this.#writing ??= this.#drain();
    });
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#compressing;
    await this.#file?.close();
    this.#file = undefined;
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      try {
        await this.#write(Buffer.from(batch.map(({ line }) => line).join('')));
        for (const { resolve } of batch) resolve();
      } catch (error) {
        // The next batch opens the file anew: the disk may have room again, the folder may be back.
        await this.#file?.close().catch(() => {});
        this.#file = undefined;
        for (const { reject } of batch) reject(error);
      }
    }
    // In the same turn as the look at the queue above: whoever appends next starts the next round.
    this.#writing = undefined;
  }

  async #write(bytes: Buffer): Promise<void> {
    const file = await this.#open();
    for (let at = 0; at < bytes.length; ) {
      const { bytesWritten } = await file.write(bytes, at);
      at += bytesWritten;
    }
    this.#size += bytes.length;
    if (this.#settings.fsync) await file.datasync();
    if (this.#size >= this.#settings.maxBytes) await this.#rotate();
  }

  async #open(): Promise<FileHandle> {
    if (this.#file !== undefined) return this.#file;
    const path = this.#settings.file;
    await mkdir(dirname(path), { recursive: true });
    const flags = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT;
    const file = await open(path, flags, 0o640);
    this.#size = (await file.stat()).size;
    this.#file = file;
    // A crash may have torn the last line: what follows must not continue it.
    if (this.#size > 0) {
      const last = await file.read(Buffer.alloc(1), 0, 1, this.#size - 1);
      if (last.buffer[0] !== 0x0a) this.#size += (await file.write('\n')).bytesWritten;
    }
    return file;
  }

  async #rotate(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
    const { file, keep, compress } = this.#settings;
    const aside = await freeName(file, this.#now(), (await rotatedFiles(file)).at(-1));
    await rename(file, aside);
    // A file that stays plain, for want of room, is as good a log.
    if (compress)
      this.#compressing = this.#compressing.then(() => compressFile(aside)).catch(() => {});
    const old = await rotatedFiles(file);
    for (const name of old.slice(0, Math.max(0, old.length - keep))) await unlink(name);
  }
}

/** The files put aside of a decision log, oldest first, as paths. */
async function rotatedFiles(file: string): Promise<string[]> {
  const { dir, name, ext } = parse(file);
  const names = await readdir(dir);
  return names
    .filter((other) => other.startsWith(`${name}-`))
    .filter((other) => other.endsWith(ext) || other.endsWith(`${ext}.gz`))
    .sort()
    .map((other) => join(dir, other));
}

/**
 * The names tell the order. A clock that was set back would give the newest file the oldest name, and it would be the
 * first to go: it takes the time of the one before it then, and the next number.
 */
async function freeName(file: string, now: number, before = ''): Promise<string> {
  const { dir, name, ext } = parse(file);
  const parts = /^-(\d{4}-\d\d-\d\dT[\d-]{8}\.\d{3}Z)-(\d{4})/;
  const [, latest = '', number = '0'] = parts.exec(parse(before).base.slice(name.length)) ?? [];
  const clock = new Date(now).toISOString().replaceAll(':', '-');
  const time = clock < latest ? latest : clock;
  const first = time === latest ? Number(number) + 1 : 0;
  for (let count = first; ; count += 1) {
    const path = join(dir, `${name}-${time}-${String(count).padStart(4, '0')}${ext}`);
    const taken = await Promise.any([stat(path), stat(`${path}.gz`)]).then(
      () => true,
      () => false,
    );
    if (!taken) return path;
  }
}
