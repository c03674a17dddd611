import { rename } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

/** Windows refuses to replace or move a file that another program has open: a reader, a virus scanner, a backup. */
const BUSY: ReadonlySet<string> = new Set(['EPERM', 'EACCES', 'EBUSY']);
/** Pauses before further attempts, in milliseconds: 1.6 s in total. */
const PAUSES = [5, 10, 20, 50, 100, 200, 400, 800];

export interface MoveParts {
  readonly platform: NodeJS.Platform;
  readonly rename: (from: string, to: string) => Promise<void>;
  readonly pause: (milliseconds: number) => Promise<unknown>;
}

const SYSTEM: MoveParts = {
  platform: process.platform,
  // Looked up by name, because a test that injects faults replaces the exports of `node:fs/promises`.
  rename: (from, to) => rename(from, to),
  pause,
};

/**
 * Renames a file and replaces an existing one. On Windows, a file in use is retried for a moment; other systems allow
 * it.
 * @param parts tests supply their own
 * @throws {NodeJS.ErrnoException} the errors of `rename`
 */
export function moveFile(from: string, to: string, parts = SYSTEM): Promise<void> {
  return parts.platform === 'win32' ? moveWhenFree(from, to, parts) : parts.rename(from, to);
}

async function moveWhenFree(from: string, to: string, parts: MoveParts): Promise<void> {
  for (const milliseconds of PAUSES) {
    try {
      return await parts.rename(from, to);
    } catch (error) {
      if (!BUSY.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
      await parts.pause(milliseconds);
    }
  }
  return parts.rename(from, to);
}
