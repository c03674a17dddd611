// Where thousands of small files cost little: a slow disk would hide what is measured.
import { mkdtempSync, statfsSync } from 'node:fs';

/** A new folder in memory; undefined where there is no room for so many bytes. Whoever asks for it removes it. */
export function memoryFolder(bytes) {
  try {
    const { bavail, bsize } = statfsSync('/dev/shm');
    return bavail * bsize > bytes ? mkdtempSync('/dev/shm/wheelgate-bench-') : undefined;
  } catch {
    return undefined;
  }
}
