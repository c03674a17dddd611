import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, mkdir, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { moveFile } from '../runtime/move-file.js';
import { Housekeeping, type HousekeepingParts, type HousekeepingSettings } from './housekeeping.js';
import { LogMark, type LogPosition } from './log-position.js';
import { type LogRecord, shortened } from './record.js';
import type { OpenableDecisionLog } from './resilient-log.js';
import { rotatedFiles } from './retention.js';
import { nextName } from './rotated-names.js';
import { tendInThread } from './tend-in-thread.js';

/** The file's folder is created if it is missing. Rotated files are next to it. */
export interface DecisionLogSettings extends HousekeepingSettings {
  /** A file that has reached this many bytes is put aside and a new one begun. */
  readonly maxBytes: number;
  /** Whether every write waits for the disk itself, not only for the operating system. */
  readonly fsync: boolean;
}

/** A record that was written to the log. */
export interface Written {
  readonly line: string;
  /** Undefined if there was nothing to write. */
  readonly record: LogRecord | undefined;
}

export interface FileLogParts extends HousekeepingParts {
  /** Receives all written records in order, after the write and before its callers continue. */
  readonly onWritten: (written: readonly Written[], position: LogPosition | undefined) => void;
}

interface Waiting extends Written {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** How often a busy log looks whether its file still bears its name, in milliseconds; one at rest does so at once. */
const LOOK_INTERVAL_MS = 50;

const NOTHING = Buffer.alloc(0);

/**
 * The decision log as JSON lines in a folder, append-only. Records that arrive during a write are written together
 * afterwards, so a busy proxy makes few, larger writes.
 *
 * The file can be moved, removed or truncated without notice. It is therefore checked after each write, soon if not at
 * once, and records written since the last check are kept until then: if the file is gone at the next check, they are
 * written again.
 */
export class FileDecisionLog implements OpenableDecisionLog {
  readonly #settings: DecisionLogSettings;
  readonly #now: () => number;
  readonly #housekeeping: Housekeeping;
  readonly #onTrouble: HousekeepingParts['onTrouble'];
  readonly #onWritten: FileLogParts['onWritten'];
  readonly #mark = new LogMark();
  #file: FileHandle | undefined;
  /** Which file that is. */
  #node: Pick<BigIntStats, 'dev' | 'ino'> | undefined;
  #size = 0;
  /** Written to it since the last look. */
  #unseen: Buffer[] = [];
  /** Went with a file that is gone, and is owed to the next. */
  #owed: Buffer[] = [];
  /** Runs until the next check; undefined if one is due before the next write. */
  #untilLook: NodeJS.Timeout | undefined;
  /** When it is put aside, in bytes. */
  #full: number;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;

  constructor(
    settings: DecisionLogSettings,
    now: () => number = Date.now,
    {
      tend = tendInThread,
      onTrouble = () => {},
      onWritten = () => {},
      ...parts
    }: Partial<FileLogParts> = {},
  ) {
    this.#settings = settings;
    this.#full = settings.maxBytes;
    this.#onTrouble = onTrouble;
    this.#onWritten = onWritten;
    this.#now = now;
    this.#housekeeping = new Housekeeping(settings, { tend, onTrouble, ...parts });
  }

  async open(): Promise<void> {
    await this.#open();
    if (this.#size >= this.#full) await this.#rotate();
    this.#housekeeping.wake();
  }

  /** The end of the written records; undefined before the file has any content. */
  get position(): LogPosition | undefined {
    return this.#mark.position;
  }

  append(record: LogRecord): Promise<void> {
    const written = shortened(record);
    return this.#put(`${JSON.stringify(written)}\n`, written);
  }

  #put(line: string, record?: LogRecord): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ line, record, resolve, reject });
      this.#writing ??= this.#drain();
    });
  }

  /** Puts the file aside before it is full, if there is anything in it. Resolves once that is done, or could not be. */
  async putAside(): Promise<void> {
    await this.#writing;
    if (this.#size === 0) return;
    this.#full = 1;
    this.#writing ??= this.#drain();
    await this.#writing;
    if (this.#full === 1) this.#full = this.#settings.maxBytes;
  }

  async close(): Promise<void> {
    await this.#writing;
    clearTimeout(this.#untilLook);
    this.#untilLook = undefined;
    await this.#drain();
    if (this.#owed.length > 0) await this.#write(NOTHING).catch(() => {});
    clearTimeout(this.#untilLook);
    await this.#housekeeping.close();
    await this.#file?.close();
    this.#file = undefined;
  }

  async #drain(): Promise<void> {
    if (this.#size >= this.#full) await this.#rotate();
    while (this.#waiting.length > 0 || this.#isLookDue) {
      const batch = this.#waiting;
      this.#waiting = [];
      try {
        await this.#write(Buffer.from(batch.map(({ line }) => line).join('')));
        this.#onWritten(batch, this.#mark.position);
        for (const { resolve } of batch) resolve();
      } catch (error) {
        // The next batch opens the file again: the disk may have room again, or the folder may exist again.
        await this.#look().catch(() => {});
        await this.#letGo();
        for (const { reject } of batch) reject(error);
      }
      if (this.#size >= this.#full) await this.#rotate();
    }
    // In the same turn as the check of the queue above: the next append starts the next round.
    this.#writing = undefined;
  }

  /** Writes all of it, or nothing. */
  async #write(bytes: Buffer): Promise<void> {
    const isDue = this.#untilLook === undefined;
    if (isDue) await this.#look();
    const owed = this.#owed;
    const all = owed.length > 0 ? Buffer.concat([...owed, bytes]) : bytes;
    if (all.length === 0) return;
    await this.#append(await this.#open(), all);
    this.#owed = [];
    this.#unseen.push(all);
    // If it expired during the write, the next check follows anyway.
    if (!isDue) return;
    this.#untilLook = setTimeout(() => {
      this.#untilLook = undefined;
      if (this.#isLookDue) this.#writing ??= this.#drain();
    }, LOOK_INTERVAL_MS).unref();
  }

  async #append(file: FileHandle, bytes: Buffer): Promise<void> {
    let at = 0;
    try {
      while (at < bytes.length) at += (await file.write(bytes, at)).bytesWritten;
      this.#size += bytes.length;
      if (this.#settings.fsync) await file.datasync();
      this.#mark.advance(bytes, this.#size);
    } catch (error) {
      // Records that are reported as lost must not be in the file as well.
      await takeBack(file, at).catch(() => {});
      throw error;
    }
  }

  get #isLookDue(): boolean {
    return this.#untilLook === undefined && this.#unseen.length > 0;
  }

  /** Closes a file that was moved or removed, and recovers the lost records. */
  async #look(): Promise<void> {
    const file = this.#file;
    if (file === undefined) return;
    const place = await this.#place();
    const unseen = this.#unseen;
    this.#unseen = [];
    if (place === 'here') return;
    const { nlink, size } = await file.stat();
    this.#size = size;
    if (place === 'cut') return this.#mark.read(file, size);
    await this.#letGo();
    if (nlink === 0) this.#owed.push(...unseen);
  }

  /** Whether the open file is still the one with the log's name, and whether it was truncated there. */
  async #place(): Promise<'here' | 'cut' | 'elsewhere'> {
    const size = this.#size;
    const named = await stat(this.#settings.file, { bigint: true }).catch(() => undefined);
    if (named === undefined) return 'elsewhere';
    if (named.ino !== this.#node?.ino || named.dev !== this.#node.dev) return 'elsewhere';
    return named.size < size ? 'cut' : 'here';
  }

  async #letGo(): Promise<void> {
    await this.#file?.close().catch(() => {});
    this.#file = undefined;
    this.#node = undefined;
    this.#unseen = [];
    this.#size = 0;
  }

  async #open(): Promise<FileHandle> {
    if (this.#file !== undefined) return this.#file;
    const path = this.#settings.file;
    await mkdir(dirname(path), { recursive: true });
    const flags = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT;
    const file = await open(path, flags, 0o640);
    const found = await file.stat({ bigint: true });
    if (found.isFIFO() || found.isSocket()) {
      await file.close();
      throw new Error(`${path} is a pipe, which could block all responses`);
    }
    this.#size = Number(found.size);
    this.#node = found;
    this.#file = file;
    this.#mark.begin();
    // A crash may have torn the last line, which must not be continued.
    if (this.#size > 0) {
      const last = await file.read(Buffer.alloc(1), 0, 1, this.#size - 1);
      if (last.buffer[0] !== 0x0a) this.#size += (await file.write('\n')).bytesWritten;
      await this.#mark.read(file, this.#size);
    }
    return file;
  }

  /** If it fails, the log continues in the same file, and tries again after further records. */
  async #rotate(): Promise<void> {
    const { file, maxBytes } = this.#settings;
    const size = this.#size;
    try {
      // The name may now belong to another file, or to a truncated one.
      await this.#look();
      if (this.#file === undefined) return await this.#write(NOTHING);
      if (this.#size < this.#full) return;
      await this.#letGo();
      const before = (await rotatedFiles(file)).at(-1);
      await moveFile(file, nextName(file, this.#now(), before?.name));
      this.#full = maxBytes;
      this.#housekeeping.wake();
    } catch (error) {
      this.#full = size + maxBytes / 10;
      this.#onTrouble(error);
    }
  }
}

/** Removes the last bytes, which were just written; nothing if the file was truncated meanwhile. */
async function takeBack(file: FileHandle, bytes: number): Promise<void> {
  const { size } = await file.stat();
  if (bytes > 0 && size >= bytes) await file.truncate(size - bytes);
}
