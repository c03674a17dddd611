import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseProjectName } from '../../domain/project-name.js';
import { READ_AT_ONCE } from '../../runtime/plain-file.js';
import type { SuspectedProjects } from '../suspected-projects.js';
import { ENDING } from './remembered-records.js';

/** So much of a record holds the beginning of its findings: they stand in front of what is long. */
const HEAD = 1_024;
/** As `JSON.stringify` writes it. */
const CLEAN = '"findings":[]';

/**
 * Looks through the findings of earlier runs, the beginning of each file: for the background. What cannot be read is
 * suspected.
 * @param directory with a folder for each project
 * @param isWanted whether to go on
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
