import { readdir, unlink } from 'node:fs/promises';
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

/** Removes the oldest of the files that the log has put aside, and no file that bears another name. */
export async function prune(file: string, keep: number): Promise<void> {
  const rotated = await rotatedFiles(file);
  const there = rotated.filter(isThere);
  const kept = new Set(there.slice(Math.max(0, there.length - keep)));
  // The index last: without its file it says nothing, the other way round nothing is lost.
  for (const old of rotated.filter((one) => !kept.has(one)))
    for (const ending of [...old.endings].sort()) await remove(old.path + ending);
}

async function remove(path: string): Promise<void> {
  await unlink(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
}
