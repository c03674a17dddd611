// A place where thousands of small files are cheap: a slow disk would hide the measured cost.
import { mkdtempSync, statfsSync } from 'node:fs';

/** A new folder in memory; undefined if this many bytes do not fit. The caller removes it. */
export function memoryFolder(bytes) {
  try {
    const { bavail, bsize } = statfsSync('/dev/shm');
    return bavail * bsize > bytes ? mkdtempSync('/dev/shm/wheelgate-bench-') : undefined;
  } catch {
    return undefined;
  }
}
