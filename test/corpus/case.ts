import { gzipSync } from 'node:zlib';
import type { FindingCode } from '../../src/domain/finding-codes.js';
import {
  buildSdist,
  buildTar,
  type SdistOptions,
  sdistEntries,
  type TarEntry,
} from '../support/archives/tar.js';
import { buildWheel, type WheelOptions, wheelName } from '../support/archives/wheel.js';
import type { ZipEntry, ZipTricks } from '../support/archives/zip.js';

/** One archive of the corpus: one trick, its reason in its name. */
export interface CorpusCase {
  readonly name: string;
  readonly filename: string;
  readonly bytes: Buffer;
  /** The finding that must be among those it earns; undefined where it must earn none. */
  readonly refused: FindingCode | undefined;
}

export function refusedWheel(
  name: string,
  refused: FindingCode,
  options: WheelOptions,
): CorpusCase {
  return { name, filename: wheelName(), bytes: buildWheel(options), refused };
}

export function allowedWheel(name: string, options: WheelOptions): CorpusCase {
  return { name, filename: wheelName(), bytes: buildWheel(options), refused: undefined };
}

/** A wheel with one more member, which RECORD lists. */
export function withFile(path: string, content: string | Uint8Array = 'x = 1\n'): WheelOptions {
  return { files: { 'demo/__init__.py': '', [path]: content } };
}

/** A wheel whose first member (a module of 4,000 bytes) is written with these changes. */
export function withEntry(change: Partial<ZipEntry>, tricks?: ZipTricks): WheelOptions {
  return {
    files: { 'demo/__init__.py': 'x = 1\n'.repeat(700), 'demo/other.py': 'y = 2\n' },
    entries: ([first, ...rest]) => [{ ...first!, ...change }, ...rest],
    ...(tricks === undefined ? {} : { tricks }),
  };
}

/** A wheel with a trick on the archive as a whole. */
export function withTricks(tricks: ZipTricks): WheelOptions {
  return { files: { 'demo/__init__.py': 'x = 1\n' }, tricks };
}

const SDIST = 'demo-1.0.tar.gz';

export function refusedSdist(
  name: string,
  refused: FindingCode,
  bytes: Buffer,
  filename = SDIST,
): CorpusCase {
  return { name, filename, bytes, refused };
}

export function allowedSdist(name: string, bytes: Buffer, filename = SDIST): CorpusCase {
  return { name, filename, bytes, refused: undefined };
}

/** An honest sdist with these members behind its files. */
export function sdistWith(...more: TarEntry[]): Buffer {
  return buildSdist({ more });
}

/** An honest sdist with one more file. */
export function sdistFile(path: string, content: string | Uint8Array): Buffer {
  return buildSdist({ files: { [path]: content } });
}

/** The plain tar of an honest sdist, to be packed oddly. */
export function plainSdist(options?: SdistOptions, end?: Buffer): Buffer {
  return buildTar(sdistEntries(options), end);
}

export { gzipSync };
