import { basename, dirname, join, parse } from 'node:path';
import type { LogDisk } from './log-disk.js';
import { rotatedName } from './rotated-names.js';

/** A file of a decision log. */
export interface DecisionFile {
  readonly name: string;
  readonly path: string;
  /** Whether it is the one in use. */
  readonly current: boolean;
  /** Whether the log itself has rotated it: such a file no longer changes. */
  readonly rotated: boolean;
  /** How it is compressed, by the end of its name. */
  readonly compression: string | undefined;
}

/** Suffixes of log rotators: `.1`, `-20260401`, `.2026-04-01T00:00:00Z`. */
const STAMP = /^[-._]\d[\dTZ:.+_-]*$/i;
const COMPRESSED = /\.(gz|bz2|xz|zst|lz4|lzma|Z|zip)$/;

/**
 * The files of a decision log: the current one, and those rotated by us or by a log rotator, by number or by date
 * (`decisions.jsonl.1`, `decisions.jsonl-20260401`, `decisions-20260401.jsonl`), plain or compressed.
 * @param place the log's file, or its folder (with the file `decisions.jsonl`)
 * @throws if the folder cannot be listed; a missing folder has no files
 */
export async function decisionFiles(place: string, disk: LogDisk): Promise<DecisionFile[]> {
  const isFolder = await disk.stat(place).then(
    (info) => info.isDirectory(),
    () => false,
  );
  const base = isFolder ? 'decisions.jsonl' : basename(place);
  const folder = isFolder ? place : dirname(place);
  const names = new Set(await namesIn(folder, disk));
  return [...names]
    .filter((name) => belongs(name, base))
    .map((name) => {
      const compression = COMPRESSED.exec(name)?.[1];
      const rotated = rotatedName(base, name) !== undefined;
      return { name, path: join(folder, name), current: name === base, rotated, compression };
    })
    .filter(({ name, compression }) => {
      if (compression === undefined) return true;
      // Left by a crash between compressing and removing, or under way: the plain one is whole.
      const plain = name.slice(0, -1 - compression.length);
      return plain === base || !names.has(plain);
    })
    .sort((a, b) => Number(a.current) - Number(b.current) || (a.name < b.name ? -1 : 1));
}

async function namesIn(folder: string, disk: LogDisk): Promise<string[]> {
  try {
    return await disk.readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function belongs(other: string, base: string): boolean {
  const own = rotatedName(base, other);
  // Indexes and unfinished files are not part of the log.
  if (own !== undefined) return own.ending === '' || own.ending === '.gz';
  const { name, ext } = parse(base);
  const plain = other.replace(COMPRESSED, '');
  if (!plain.startsWith(name)) return false;
  const rest = plain.slice(name.length);
  if (rest === ext || (rest.startsWith(ext) && STAMP.test(rest.slice(ext.length)))) return true;
  const between = rest.endsWith(ext) ? rest.slice(0, rest.length - ext.length) : '';
  return between.startsWith('-') || STAMP.test(between);
}
