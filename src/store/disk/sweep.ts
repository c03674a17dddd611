import type { Dirent } from 'node:fs';
import { mkdir, opendir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { runOf } from './temporary-name.js';

/** Selects temporary files without an owner. */
export interface LeftOver {
  /** Whether the run that created it has ended. */
  readonly isOver: (run: string) => boolean;
  /** Only files that were last written before this, in milliseconds since 1970. */
  readonly before?: number;
}

/** Removes unfinished received files of a folder, and creates the folder if it is missing. Other files remain. */
export async function sweepSpool(folder: string, leftOver: LeftOver): Promise<void> {
  await mkdir(folder, { recursive: true });
  for await (const { name } of entries(folder))
    if (isOver(runOf(name, 'received'), leftOver)) await remove(join(folder, name), leftOver);
}

/**
 * Removes temporary files next to the files that they were to replace, in a folder and below. Other files remain.
 * @param depth the number of levels below
 */
export async function sweepReplacing(
  folder: string,
  depth: number,
  leftOver: LeftOver,
): Promise<void> {
  for await (const entry of entries(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && depth > 0) await sweepReplacing(path, depth - 1, leftOver);
    else if (isOver(runOf(entry.name, 'replacing'), leftOver)) await remove(path, leftOver);
  }
}

function isOver(run: string | undefined, leftOver: LeftOver): boolean {
  return run !== undefined && leftOver.isOver(run);
}

async function remove(path: string, { before = Infinity }: LeftOver): Promise<void> {
  try {
    if (before !== Infinity && (await stat(path)).mtimeMs >= before) return;
    await unlink(path);
  } catch {
    // Another process removed it, or it cannot be removed: it uses space, but is harmless.
  }
}

/** The entries of a folder; empty if it is missing. */
async function* entries(folder: string): AsyncGenerator<Dirent> {
  try {
    yield* await opendir(folder);
  } catch (error) {
    if (!['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}
