import { readdir, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { byWriting, type RotatedName, rotatedName } from './rotated-names.js';

/** A file that the log has put aside, with all that lies of it. */
export interface RotatedFile {
  readonly name: RotatedName;
  /** Where it lies, or lay, uncompressed. */
  readonly path: string;
  /** What is there, by what follows the path. */
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

/** Whether there is a log to read, and not only what a crash has left beside one that is gone. */
export function isThere({ endings }: RotatedFile): boolean {
  return endings.has('') || endings.has('.gz');
}

/** Which of the files that were put aside stay. */
export interface Kept {
  /** So many of the newest. */
  readonly keep: number;
  /** Beyond them, as many as come to so many bytes with those: for files that were put aside before they were full. */
  readonly room?: number | undefined;
  /** Whether a file is still wanted elsewhere: it stays, as long as all do not take twice the room. @param path uncompressed */
  readonly isOwed?: ((path: string) => boolean) | undefined;
}

/**
 * Removes the oldest of the files that the log has put aside, and no file that bears another name.
 * @param onLost told of one that was still wanted elsewhere
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
  // The index last: without its file it says nothing, the other way round nothing is lost.
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
