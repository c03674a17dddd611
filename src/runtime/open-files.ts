import { readFileSync } from 'node:fs';

/** How many files and sockets this process may have open at a time; undefined where the system does not tell (Linux does). */
export function openFilesLimit(): number | undefined {
  try {
    const [, limit] =
      /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return limit === undefined ? undefined : Number(limit);
  } catch {
    return undefined;
  }
}
