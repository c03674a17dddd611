import { readFileSync } from 'node:fs';

/**
 * The maximum number of open files and sockets of this process; undefined if the system does not report it (Linux
 * does).
 */
export function openFilesLimit(): number | undefined {
  try {
    const [, limit] =
      /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return limit === undefined ? undefined : Number(limit);
  } catch {
    return undefined;
  }
}
