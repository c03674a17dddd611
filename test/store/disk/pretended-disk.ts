import { DiskSpace, type DiskSpaceSettings } from '../../../src/store/disk/disk-space.js';
import type { SpaceSubject } from '../contract/space.js';

const BYTES = 1_000;
const MIN_FREE = 100;

export interface PretendedDisk extends SpaceSubject {
  readonly space: DiskSpace;
  /** Bytes that are free. */
  free: number;
}

/** Room on a file system that is only pretended. */
export function pretendedDisk(settings: Partial<DiskSpaceSettings> = {}): PretendedDisk {
  const disk: PretendedDisk = {
    free: BYTES + MIN_FREE,
    bytes: BYTES,
    write: (bytes: number) => {
      disk.free -= bytes;
    },
    space: new DiskSpace({
      directory: '/',
      minFree: MIN_FREE,
      fileSystem: async () => ({ size: BYTES + MIN_FREE, free: disk.free }),
      ...settings,
    }),
  };
  return disk;
}
