import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { Sha256 } from '../../domain/digest.js';
import { type ContentSink, Digests, Held, hexSha256 } from '../../inspection/archive/content.js';
import { osPath, type SitePath } from './site-path.js';

/** What is known of a file's content. */
export type FileFacts =
  | {
      readonly kind: 'file';
      readonly size: number;
      readonly sha256: Sha256;
      /** The digest by the algorithm that was asked for beside SHA-256. */
      readonly other: Buffer | undefined;
    }
  | { readonly kind: 'missing' }
  | { readonly kind: 'folder' }
  | { readonly kind: 'special' }
  | { readonly kind: 'unreadable'; readonly why: string };

const PIECE = 256 * 1024;

/** Opening a pipe for reading would wait for a writer. */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/**
 * Reads files of an environment. Digests are kept by the file's identity (device, number, size, times to the
 * nanosecond), so that looking again costs a stat; `forget` makes the next look read everything.
 */
export class FileReader {
  /** How many contents were digested, not taken from memory: between two looks none, where nothing changed. */
  digested = 0;
  readonly #known = new Map<string, { readonly identity: string; readonly facts: FileFacts }>();

  forget(): void {
    this.#known.clear();
  }

  /** Digests a file, links followed. @param algorithm beside SHA-256, as `node:crypto` names it */
  async facts(path: SitePath, algorithm?: string): Promise<FileFacts> {
    return await withFile(path, async (file) => {
      const { dev, ino, size, mtimeNs, ctimeNs } = await file.stat({ bigint: true });
      const identity = [dev, ino, size, mtimeNs, ctimeNs, algorithm].join('|');
      const known = this.#known.get(path);
      if (known?.identity === identity) return known.facts;
      const digests = new Digests(algorithm);
      this.digested++;
      await pump(file, [digests]);
      const { sha256, other } = digests.finish();
      const facts = {
        kind: 'file',
        size: digests.length,
        sha256: hexSha256(sha256),
        other,
      } as const;
      this.#known.set(path, { identity, facts });
      return facts;
    });
  }

  /** Reads a file through sinks, links followed. */
  async read(path: SitePath, sinks: readonly ContentSink[]): Promise<FileFacts> {
    return await withFile(path, async (file) => {
      const digests = new Digests();
      await pump(file, [digests, ...sinks]);
      const { sha256, other } = digests.finish();
      return { kind: 'file', size: digests.length, sha256: hexSha256(sha256), other };
    });
  }

  /** A whole file; undefined where it cannot be read, or is longer than `limit` bytes. */
  async content(path: SitePath, limit: number): Promise<Buffer | undefined> {
    const known = await this.facts(path);
    if (known.kind !== 'file' || known.size > limit) return undefined;
    const held = new Held();
    const facts = await this.read(path, [held]);
    return facts.kind === 'file' ? held.bytes : undefined;
  }

  /** The first bytes of a file, at most `length`; undefined where it cannot be read. */
  async start(path: SitePath, length: number): Promise<Buffer | undefined> {
    let bytes: Buffer | undefined;
    await withFile(path, async (file) => {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, 0);
      bytes = buffer.subarray(0, bytesRead);
      return { kind: 'special' };
    });
    return bytes;
  }
}

async function withFile(
  path: SitePath,
  use: (file: FileHandle) => Promise<FileFacts>,
): Promise<FileFacts> {
  let file: FileHandle | undefined;
  try {
    file = await open(osPath(path), FLAGS);
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

async function pump(file: FileHandle, sinks: readonly ContentSink[]): Promise<void> {
  const piece = Buffer.allocUnsafe(PIECE);
  for (;;) {
    const { bytesRead } = await file.read(piece, 0, PIECE, null);
    if (bytesRead === 0) return;
    for (const sink of sinks) sink.write(piece.subarray(0, bytesRead));
  }
}
