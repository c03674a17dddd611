import type { BigIntStats } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import type { Sha256 } from '../../domain/digest.js';
import { type ContentSink, Digests, Held, hexSha256 } from '../../inspection/archive/content.js';
import { READ_AT_ONCE } from '../../runtime/plain-file.js';
import { osPath, type SitePath } from './site-path.js';

interface Known {
  readonly identity: string;
  readonly algorithm: string | undefined;
  readonly facts: FileFacts;
}

/** The facts about a file's content. */
export type FileFacts =
  | {
      readonly kind: 'file';
      readonly size: number;
      readonly sha256: Sha256;
      /** The digest by the additional algorithm, if one was requested. */
      readonly other: Buffer | undefined;
      /** The first 8 bytes, one character per byte. */
      readonly start: string;
    }
  | { readonly kind: 'missing' }
  | { readonly kind: 'folder' }
  | { readonly kind: 'special' }
  | { readonly kind: 'unreadable'; readonly why: string };

const PIECE = 256 * 1024;

/** Maximum number of chunks beyond the file's size: virtual file systems may report size 0 and still return bytes. */
const PIECES_BEYOND = 256;

/** Number of attempts to read a file that changes meanwhile; an install is faster than that. */
const READS = 3;

const CHANGING = { kind: 'unreadable', why: 'it changed while being read' } as const;

/** The header that defines how bytecode is compared with its source (PEP 552). */
const START_BYTES = 8;

/**
 * Reads files of an environment. Digests are cached by the file's identity (device, number, size, times to the
 * nanosecond), so an unchanged file only costs a stat; after `forget`, all files are read again.
 */
export class FileReader {
  /** Number of contents that were read instead of cached: 0 for a repeated audit without changes. */
  digested = 0;
  readonly #known = new Map<string, Known>();

  forget(): void {
    this.#known.clear();
  }

  /** Digests a file and follows links. @param algorithm in addition to SHA-256, in the notation of `node:crypto` */
  async facts(path: SitePath, algorithm?: string): Promise<FileFacts> {
    const known = this.#known.get(path);
    if (known !== undefined && (algorithm === undefined || known.algorithm === algorithm)) {
      const stats = await stat(osPath(path), { bigint: true }).catch(() => undefined);
      if (stats !== undefined && known.identity === identityOf(stats)) return known.facts;
    }
    for (let time = 1; ; time++) {
      const { facts, identity } = await digest(path, algorithm, []);
      if (facts.kind === 'file') this.digested++;
      if (identity !== undefined) this.#known.set(path, { identity, algorithm, facts });
      if (!isChanging(facts) || time === READS) return facts;
    }
  }

  /** Streams a file once through sinks and follows links. A file that changes meanwhile is `unreadable`. */
  async read(path: SitePath, sinks: readonly ContentSink[]): Promise<FileFacts> {
    return (await digest(path, undefined, sinks)).facts;
  }

  /** The complete file; undefined if it cannot be read, or exceeds `limit` bytes. */
  async content(path: SitePath, limit: number): Promise<Buffer | undefined> {
    const known = await this.facts(path);
    if (known.kind !== 'file' || known.size > limit) return undefined;
    const held = new Held();
    const facts = await this.read(path, [held]);
    return facts.kind === 'file' ? held.bytes : undefined;
  }
}

/** Keeps the first bytes of a file. */
class Start implements ContentSink {
  text = '';

  write(chunk: Buffer): void {
    if (this.text.length < START_BYTES)
      this.text += chunk.toString('latin1', 0, START_BYTES - this.text.length);
  }
}

/**
 * Digests a file. The content of a file that changes meanwhile was read in no consistent state, so it has no facts. The
 * identity is that of the digested content.
 */
async function digest(
  path: SitePath,
  algorithm: string | undefined,
  sinks: readonly ContentSink[],
): Promise<{ readonly facts: FileFacts; readonly identity?: string }> {
  let identity: string | undefined;
  const facts = await withFile(path, async (file) => {
    const before = await file.stat({ bigint: true });
    const [digests, start] = [new Digests(algorithm), new Start()];
    const whole = await pump(file, Number(before.size), [digests, start, ...sinks]);
    if (!whole || identityOf(before) !== identityOf(await file.stat({ bigint: true })))
      return CHANGING;
    identity = identityOf(before);
    const { sha256, other } = digests.finish();
    const { length: size } = digests;
    return { kind: 'file', size, sha256: hexSha256(sha256), other, start: start.text };
  });
  return identity === undefined ? { facts } : { facts, identity };
}

function isChanging(facts: FileFacts): boolean {
  return facts.kind === 'unreadable' && facts.why === CHANGING.why;
}

/** Changes whenever the file is written or replaced. */
function identityOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [dev, ino, size, mtimeNs, ctimeNs].join('|');
}

async function withFile(
  path: SitePath,
  use: (file: FileHandle) => Promise<FileFacts>,
): Promise<FileFacts> {
  let file: FileHandle | undefined;
  try {
    file = await open(osPath(path), READ_AT_ONCE);
    const stats = await file.stat();
    if (stats.isDirectory()) return { kind: 'folder' };
    if (!stats.isFile()) return { kind: 'special' };
    return await use(file);
  } catch (error) {
    const { code = 'failed' } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'missing' };
    // The error of opening a socket, or a device without a driver.
    if (code === 'ENXIO') return { kind: 'special' };
    return { kind: 'unreadable', why: code };
  } finally {
    await file?.close();
  }
}

/** @returns whether the end came soon after `size` bytes: a file that is being appended to may never end */
async function pump(
  file: FileHandle,
  size: number,
  sinks: readonly ContentSink[],
): Promise<boolean> {
  const piece = Buffer.allocUnsafe(PIECE);
  for (let [read, beyond] = [0, 0]; beyond < PIECES_BEYOND; ) {
    const { bytesRead } = await file.read(piece, 0, PIECE, null);
    if (bytesRead === 0) return true;
    for (const sink of sinks) sink.write(piece.subarray(0, bytesRead));
    read += bytesRead;
    if (read > size) beyond++;
  }
  return false;
}
