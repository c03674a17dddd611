import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DiskRoom } from '../../../src/store/disk/disk-room.js';
import type { RoomSubject } from '../contract/room.js';

const BYTES = 4_000;

/** The room of a folder of its own. */
export async function roomOnDisk(): Promise<RoomSubject & { readonly room: DiskRoom }> {
  const folder = await mkdtemp(join(tmpdir(), 'wheelgate-room-'));
  const directory = join(folder, 'cache');
  await mkdir(directory);
  let crowded = false;
  const room = new DiskRoom({
    directory,
    maxBytes: BYTES,
    shortage: async () => (crowded ? 1e12 : 0),
  });
  return {
    room,
    crowd: () => {
      crowded = true;
    },
    bytes: BYTES,
    write: async (name, size) => {
      await mkdir(dirname(join(directory, name)), { recursive: true });
      await writeFile(join(directory, name), Buffer.alloc(size));
    },
    names: async () => {
      const names = await readdir(directory, { recursive: true });
      return names.filter((name) => name.includes('/')).sort();
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}
