import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DiskSpace } from '../../../src/store/disk/disk-space.js';
import { DiskSpool } from '../../../src/store/disk/disk-spool.js';
import { RoomySpool } from '../../../src/store/disk/roomy-spool.js';
import { TemporarySpool } from '../../../src/store/disk/temporary-spool.js';
import { NO_SPACE } from '../../../src/store/space.js';
import type { Spool } from '../../../src/store/spool.js';
import { type SpoolSubject, spoolContract } from '../contract/spool.js';

/** A spool below a folder of its own. */
async function spoolIn(make: (folder: string) => Spool): Promise<SpoolSubject> {
  const folder = await mkdtemp(join(tmpdir(), 'wheelgate-spool-'));
  return { spool: make(folder), close: () => rm(folder, { recursive: true, force: true }) };
}

/** One with room beside the blobs, or elsewhere alone. */
const roomy = (folder: string, full: boolean): Spool => {
  const fileSystem = async () => ({ size: 1e12, free: 1e12 });
  const space = new DiskSpace({ directory: folder, minFree: 0, fileSystem });
  return new RoomySpool({
    main: { spool: new DiskSpool(join(folder, 'main')), space: full ? NO_SPACE : space },
    spare: { spool: new TemporarySpool(folder, folder), space },
    patience: 0,
  });
};

spoolContract('a spool on disk', () => spoolIn((folder) => new DiskSpool(join(folder, 'spool'))));
spoolContract('a spool in a temporary folder', () =>
  spoolIn((folder) => new TemporarySpool(folder, folder)),
);
spoolContract('a spool where there is room', () => spoolIn((folder) => roomy(folder, false)));
spoolContract('a spool where the disk is full', () => spoolIn((folder) => roomy(folder, true)));
