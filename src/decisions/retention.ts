import { readdir, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { byWriting, type RotatedName, rotatedName } from './rotated-names.js';

/** A file that the log has rotated, in all its forms. */
export interface RotatedFile {
  readonly name: RotatedName;
  /** The current or former path of the uncompressed file. */
  readonly path: string;
  /** The existing forms, by their suffix. */
  readonly endings: ReadonlySet<string>;
}

/** The files that a log has put aside, oldest first. @param file the log's own */
export async function rotatedFiles(file: string): Promise<RotatedFile[]> {
  const found = new Map<string, { name: RotatedName; path: string; endings: Set<string> }>();
  for (const other of await readdir(dirname(file))) {
    const name = rotatedName(basename(file), other);
    if (name === undefined) continue;
    const path = join(dirname(file), name.plain);
    const known = found.get(path) ?? { name, path, endings: new Set() };
    found.set(path, known);
    known.endings.add(name.ending);
  }
  return [...found.values()].sort((a, b) => byWriting(a.name, b.name));
}

/** Whether there is a readable log, and not only a leftover of a crash. */
export function isThere({ endings }: RotatedFile): boolean {
  return endings.has('') || endings.has('.gz');
}

/** Which of the files that were put aside stay. */
export interface Kept {
  /** So many of the newest. */
  readonly keep: number;
  /** Beyond them, files are kept up to this total size in bytes: for files that were rotated before they were full. */
  readonly room?: number | undefined;
  /** Whether a file is still wanted elsewhere: it stays, as long as all do not take twice the room. @param path uncompressed */
  readonly isOwed?: ((path: string) => boolean) | undefined;
}

/**
 * Removes the oldest rotated files of the log, and no file with another name.
 * @param onLost receives each removed file that was still required elsewhere
 */
export async function prune(
  file: string,
  { keep, room = 0, isOwed = () => false }: Kept,
  onLost: (path: string) => void = () => {},
): Promise<void> {
  const rotated = await rotatedFiles(file);
  const newestFirst = rotated.filter(isThere).reverse();
  const kept = new Set<RotatedFile>();
  let bytes = 0;
  for (const [at, one] of newestFirst.entries()) {
    if (room > 0) bytes += await sizeOf(one);
    if (at < keep || bytes < room) kept.add(one);
    else if (!isOwed(one.path)) continue;
    else if (bytes < 2 * room) kept.add(one);
    else onLost(one.path);
  }
  // The index is removed last: it is useless without its file, but the file is complete without it.
  for (const old of rotated.filter((one) => !kept.has(one)))
    for (const ending of [...old.endings].sort()) await remove(old.path + ending);
}

async function sizeOf({ path, endings }: RotatedFile): Promise<number> {
  return stat(path + (endings.has('') ? '' : '.gz')).then(
    ({ size }) => size,
    () => 0,
  );
}

async function remove(path: string): Promise<void> {
  await unlink(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
}
