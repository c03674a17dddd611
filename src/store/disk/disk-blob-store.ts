import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import { type FileHandle, mkdir, open, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LRUCache } from 'lru-cache';
import type { Sha256 } from '../../domain/digest.js';
import { Failure } from '../../domain/failure.js';
import { moveFile } from '../../runtime/move-file.js';
import type { BlobSource, BlobStore, LocalBlob } from '../blob-store.js';
import type { CacheRoom } from '../cache-room.js';
import { piecesOf } from '../read-bytes.js';
import type { Spool, SpoolFile } from '../spool.js';
import { ANY_FILES, type DiskFiles, isMissing, READ_AT_ONCE, reasonOf } from './disk-files.js';
import { DiskRoom } from './disk-room.js';
import { FileReader } from './file-bytes.js';
import { isSealed, sealOf, stateOf } from './seal.js';

/** A full disk, and a file on another file system: the artifact is served, but not stored. */
const NO_PLACE: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EXDEV']);
/**
 * Files up to this size are hashed when a process first opens them, even with an intact seal, in bytes: that takes a
 * tenth of a second, and detects changes with restored times, or content that was not on the disk when the machine
 * stopped. Larger files are hashed in the background; they are therefore synced before they get their name.
 */
const HASHED_AT_ONCE = 64 * 2 ** 20;

/** Remembers checked blobs whose seal is not kept, on a file system with coarse times. */
const MAX_LOOKED_AT = 20_000;

/**
 * Blobs as files `<directory>/ab/abcd…`, named by their SHA-256. A file gets its name by `rename` once it is complete,
 * so each named file was valid when the process stopped. Damage by a power failure, or any later change, is detected by
 * the digest when a process first opens the file, and by its seal (`seal.ts`) each further time. A file with a broken
 * seal is hashed again, and removed if it differs.
 */
export class DiskBlobStore implements BlobStore {
  readonly #directory: string;
  readonly #room: CacheRoom;
  /**
   * Protects open blobs from removal. A room in another process does not know of them, and need not: an unlinked file
   * exists until it is closed.
   */
  readonly #holds: Pick<DiskRoom, 'hold' | 'release'> | undefined;
  readonly #spool: Spool;
  readonly #onDamaged: (path: string) => void;
  readonly #onUnreadable: DiskFiles['onUnreadable'];
  readonly #hashedAtOnce: number;
  /** By digest and inode. */
  readonly #looking = new Map<string, Promise<boolean>>();
  /** The state in which a file was last verified. */
  readonly #lookedAt = new LRUCache<Sha256, string>({ max: MAX_LOOKED_AT });

  /**
   * @param spool next to the directory: receives bytes from other sources
   * @param onDamaged called with a file that did not match its name, and was removed
   * @param onUnreadable called with a file that can be neither read nor replaced
   * @param hashedAtOnce longer files are hashed while they are sent, in bytes
   */
  constructor(
    directory: string,
    room: CacheRoom,
    spool: Spool,
    onDamaged: (path: string) => void = () => {},
    onUnreadable: DiskFiles['onUnreadable'] = ANY_FILES.onUnreadable,
    hashedAtOnce = HASHED_AT_ONCE,
  ) {
    this.#directory = directory;
    this.#room = room;
    this.#holds = room instanceof DiskRoom ? room : undefined;
    this.#spool = spool;
    this.#onDamaged = onDamaged;
    this.#onUnreadable = onUnreadable;
    this.#hashedAtOnce = hashedAtOnce;
  }

  async open(sha256: Sha256): Promise<LocalBlob | undefined> {
    const name = nameOf(sha256);
    this.#holds?.hold(name);
    let handle: FileHandle | undefined;
    try {
      handle = await open(this.#path(name), READ_AT_ONCE);
      const state = await handle.stat();
      if (!state.isFile()) throw new Error('not a regular file');
      const whole = this.#isLong(sha256, state) ? this.#lookMeanwhile(sha256, state) : undefined;
      if (whole !== undefined || (await this.#isWhole(sha256, handle, state))) {
        this.#room.use(name, state.size);
        const release = () => this.#holds?.release(name);
        return new DiskBlob(this.#path(name), handle, state.size, whole, release);
      }
    } catch (error) {
      // It is fetched again, and served even if it cannot replace this file.
      if (!isMissing(error)) this.#onUnreadable(this.#path(name), reasonOf(error));
    }
    this.#holds?.release(name);
    await handle?.close();
    return undefined;
  }

  async #isWhole(sha256: Sha256, handle: FileHandle, state: Stats): Promise<boolean> {
    if (this.#isLookedAt(sha256, state)) return true;
    return this.#lookOnce(sha256, state, () => this.#look(sha256, handle, state));
  }

  #isLookedAt(sha256: Sha256, state: Stats): boolean {
    return this.#lookedAt.get(sha256) === stateOf(state);
  }

  /** Whether it is too long for a check before use, and its seal is intact. */
  #isLong(sha256: Sha256, state: Stats): boolean {
    if (state.size <= this.#hashedAtOnce || this.#isLookedAt(sha256, state)) return false;
    return isSealed(sha256, state);
  }

  /** One check per file, shared by concurrent requests; a replaced file is checked separately. */
  #lookOnce(sha256: Sha256, { ino }: Stats, look: () => Promise<boolean>): Promise<boolean> {
    const file = `${sha256} ${ino}`;
    const running = this.#looking.get(file);
    if (running !== undefined) return running;
    const looking = look().finally(() => this.#looking.delete(file));
    this.#looking.set(file, looking);
    return looking;
  }

  /** Uses a separate handle, because the caller closes its own. Never rejects. */
  #lookMeanwhile(sha256: Sha256, state: Stats): Promise<boolean> {
    const look = async () => {
      const handle = await open(this.#path(nameOf(sha256)), READ_AT_ONCE);
      try {
        const now = await handle.stat();
        return now.ino === state.ino && (await this.#look(sha256, handle, now));
      } finally {
        await handle.close();
      }
    };
    // The file may have been removed: then the result is unknown.
    return this.#lookOnce(sha256, state, () => look().catch(() => false));
  }

  async #look(sha256: Sha256, handle: FileHandle, { ino, size }: Stats): Promise<boolean> {
    const name = nameOf(sha256);
    const path = this.#path(name);
    // A file that the disk cannot read is lost.
    const whole = (await digestOf(handle, size).catch(() => undefined)) === sha256;
    const now = await stat(path).catch(() => undefined);
    // The file was replaced meanwhile, or removed for room.
    if (now?.ino !== ino) return whole;
    if (whole) {
      if (!isSealed(sha256, now)) await seal(path, sha256, size).catch(() => {});
      this.#lookedAt.set(sha256, stateOf(await stat(path).catch(() => now)));
      return true;
    }
    this.#room.forget(name);
    await rm(path, { force: true });
    this.#onDamaged(path);
    return false;
  }

  /** Its findings will apply to the digest, so it is verified before it is read. */
  async localCopy(sha256: Sha256): Promise<LocalBlob | undefined> {
    const blob = await this.open(sha256);
    if (blob?.whole === undefined || (await blob.whole)) return blob;
    await blob.close();
    return undefined;
  }

  async put(sha256: Sha256, source: BlobSource): Promise<boolean> {
    const name = nameOf(sha256);
    if (!(await this.#room.admit(name, source.size))) return false;
    try {
      if (isSpooled(source)) await this.#move(sha256, source);
      else await this.#copy(sha256, source);
    } catch (error) {
      this.#room.forget(name);
      if (isFull(error)) return false;
      // Errors of the source itself have no code.
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
      this.#onUnreadable(this.#path(name), reasonOf(error));
      return false;
    }
    this.#room.use(name, source.size);
    return true;
  }

  async #move(sha256: Sha256, file: SpoolFile): Promise<void> {
    const path = this.#path(nameOf(sha256));
    if (file.size > HASHED_AT_ONCE) await file.sync();
    await mkdir(dirname(path), { recursive: true });
    await seal(file.path, sha256, file.size);
    await moveFile(file.path, path);
    file.moved();
    // Its bytes were hashed while they arrived.
    const now = await stat(path).catch(() => undefined);
    if (now !== undefined) this.#lookedAt.set(sha256, stateOf(now));
  }

  async #copy(sha256: Sha256, source: BlobSource): Promise<void> {
    const file = await this.#spool.create(source.size);
    try {
      await copy(source, file);
      await this.#move(sha256, file);
    } finally {
      await file.discard();
    }
  }

  async delete(sha256: Sha256): Promise<void> {
    const name = nameOf(sha256);
    this.#room.forget(name);
    await rm(this.#path(name), { force: true });
  }

  #path(name: string): string {
    return join(this.#directory, name);
  }
}

class DiskBlob extends FileReader implements LocalBlob {
  readonly path: string;
  readonly size: number;
  readonly bytes = undefined;
  readonly whole: Promise<boolean> | undefined;
  #onClose: (() => void) | undefined;

  constructor(
    path: string,
    handle: FileHandle,
    size: number,
    whole: Promise<boolean> | undefined,
    onClose: () => void,
  ) {
    super(handle);
    this.path = path;
    this.size = size;
    this.whole = whole;
    this.#onClose = onClose;
  }

  override async close(): Promise<void> {
    this.#onClose?.();
    this.#onClose = undefined;
    await super.close();
  }
}

function isFull(error: unknown): boolean {
  if (error instanceof Failure) return error.kind === 'overloaded';
  return NO_PLACE.has((error as NodeJS.ErrnoException).code ?? '');
}

/** A file of the same spool is moved, not copied. */
function isSpooled(source: BlobSource): source is SpoolFile {
  return 'path' in source && 'sync' in source;
}

async function copy(source: BlobSource, file: SpoolFile): Promise<void> {
  const reader = await source.open();
  try {
    for await (const piece of piecesOf(reader, source.size)) await file.append([piece]);
  } finally {
    await reader.close();
  }
}

async function seal(path: string, sha256: Sha256, size: number): Promise<void> {
  const now = Date.now();
  await utimes(path, now / 1_000, sealOf(sha256, size, now));
}

async function digestOf(handle: FileHandle, size: number): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of piecesOf(new FileReader(handle), size)) hash.update(piece);
  return hash.digest('hex');
}

function nameOf(sha256: Sha256): string {
  return join(sha256.slice(0, 2), sha256);
}
