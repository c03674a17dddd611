import type { Space } from '../space.js';
import { writeQuickly } from './atomic-file.js';
import type { DiskFiles } from './disk-files.js';

/** Writes files that can be recreated: only if there is room, without waiting for it. */
export function writeInRoom(space: Space): DiskFiles['write'] {
  return async (path, bytes) => {
    const room = await space.reserve(bytes.length, 0);
    if (room === undefined) throw new Error('not written: insufficient disk space');
    try {
      await writeQuickly(path, bytes);
    } finally {
      room.release();
    }
  };
}
