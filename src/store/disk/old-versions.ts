import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Removes the records of versions before the previous one from a folder of `v1`, `v2`, …. The previous one is kept for
 * a rollback to the Wheelgate that wrote it.
 */
export async function removeOldVersions(directory: string, current: number): Promise<void> {
  for (const name of await readdir(directory).catch(() => [])) {
    const version = /^v(\d+)$/.exec(name)?.[1];
    if (version !== undefined && Number(version) < current - 1)
      await rm(join(directory, name), { recursive: true, force: true });
  }
}
