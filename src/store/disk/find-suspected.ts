import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseProjectName } from '../../domain/project-name.js';
import { READ_AT_ONCE } from '../../runtime/plain-file.js';
import type { SuspectedProjects } from '../suspected-projects.js';
import { ENDING } from './remembered-records.js';

/** Enough of a record for the start of its findings, which precede the long fields. */
const HEAD = 1_024;
/** In the format of `JSON.stringify`. */
const CLEAN = '"findings":[]';

/**
 * Searches the findings of earlier runs, reading the start of each file; run it in the background. Unreadable ones
 * count as suspected.
 * @param directory contains a folder for each project
 * @param isWanted whether to continue
 */
export async function findSuspected(
  directory: string,
  suspected: SuspectedProjects,
  isWanted: () => boolean,
): Promise<void> {
  for (const name of await namesIn(directory)) {
    const project = parseProjectName(name);
    if (project === undefined || suspected.has(project)) continue;
    for (const file of await namesIn(join(directory, name))) {
      if (!isWanted()) return;
      if (!file.endsWith(ENDING) || file.startsWith('.')) continue;
      if (await isClean(join(directory, name, file))) continue;
      suspected.add(project);
      break;
    }
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => []);
}

async function isClean(path: string): Promise<boolean> {
  try {
    await using file = await open(path, READ_AT_ONCE);
    if (!(await file.stat()).isFile()) return false;
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD), 0, HEAD, 0);
    return buffer.subarray(0, bytesRead).includes(CLEAN);
  } catch {
    return false;
  }
}
