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

/** What is known of a file's content. */
export type FileFacts =
  | {
      readonly kind: 'file';
      readonly size: number;
      readonly sha256: Sha256;
      /** The digest by the algorithm that was asked for beside SHA-256. */
      readonly other: Buffer | undefined;
      /** The first 8 bytes, a character a byte. */
      readonly start: string;
    }
  | { readonly kind: 'missing' }
  | { readonly kind: 'folder' }
  | { readonly kind: 'special' }
  | { readonly kind: 'unreadable'; readonly why: string };

const PIECE = 256 * 1024;

/** Pieces read beyond the size that a file had: file systems of a program's making may give none, and still bytes. */
const PIECES_BEYOND = 256;

/** How often a file is read that changes under it; an install has done with a file after that. */
const READS = 3;

const CHANGING = { kind: 'unreadable', why: 'it changed while being read' } as const;

/** As much as tells how bytecode is to be held against its source (PEP 552). */
const START_BYTES = 8;

/**
 * Reads files of an environment. Digests are kept by the file's identity (device, number, size, times to the
 * nanosecond), so that looking again costs a stat; `forget` makes the next look read everything.
 */
export class FileReader {
  /** How many contents were digested, not taken from memory: between two looks none, where nothing changed. */
  digested = 0;
  readonly #known = new Map<string, Known>();

  forget(): void {
    this.#known.clear();
  }

  /** Digests a file, links followed. @param algorithm beside SHA-256, as `node:crypto` names it */
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

  /** Reads a file through sinks once, links followed: one that changes meanwhile is `unreadable`. */
  async read(path: SitePath, sinks: readonly ContentSink[]): Promise<FileFacts> {
    return (await digest(path, undefined, sinks)).facts;
  }

  /** A whole file; undefined where it cannot be read, or is longer than `limit` bytes. */
  async content(path: SitePath, limit: number): Promise<Buffer | undefined> {
    const known = await this.facts(path);
    if (known.kind !== 'file' || known.size > limit) return undefined;
    const held = new Held();
    const facts = await this.read(path, [held]);
    return facts.kind === 'file' ? held.bytes : undefined;
  }
}

/** Keeps the first bytes of a content. */
class Start implements ContentSink {
  text = '';

  write(chunk: Buffer): void {
    if (this.text.length < START_BYTES)
      this.text += chunk.toString('latin1', 0, START_BYTES - this.text.length);
  }
}

/**
 * Digests a file. One that is written to meanwhile was seen in no state that it ever had: nothing is said of its
 * content. The identity is that of the content that was digested.
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

/** Another text whenever the file was written to or replaced. */
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
    // Opening a socket, or a device without a driver.
    if (code === 'ENXIO') return { kind: 'special' };
    return { kind: 'unreadable', why: code };
  } finally {
    await file?.close();
  }
}

/** @returns whether the end came soon after `size` bytes: while somebody appends there is none */
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
