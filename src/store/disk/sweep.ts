import type { Dirent } from 'node:fs';
import { mkdir, opendir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { runOf } from './temporary-name.js';

/** Temporary files that are nobody's any more. */
export interface LeftOver {
  /** Whether the run that has made one is over. */
  readonly isOver: (run: string) => boolean;
  /** Only what nobody has written to since, in milliseconds since 1970. */
  readonly before?: number;
}

/** Removes what was being received into a folder, and makes it where it is missing. What else lies there stays. */
export async function sweepSpool(folder: string, leftOver: LeftOver): Promise<void> {
  await mkdir(folder, { recursive: true });
  for await (const { name } of entries(folder))
    if (isOver(runOf(name, 'received'), leftOver)) await remove(join(folder, name), leftOver);
}

/**
 * Removes what was to replace a file of a folder, or of one below it. What else lies there stays.
 * @param depth how many folders down
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
    // Somebody was faster, or it cannot be removed: it takes room, and does no harm.
  }
}

/** What lies in a folder; nothing where it is not there. */
async function* entries(folder: string): AsyncGenerator<Dirent> {
  try {
    yield* await opendir(folder);
  } catch (error) {
    if (!['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}
