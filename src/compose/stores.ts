import { tmpdir } from 'node:os';
import type { Config } from '../config/config.js';
import type { Stores } from '../fleet/fleet.js';
import type { News } from '../fleet/news.js';
import { TellingFindings } from '../fleet/telling-findings.js';
import { settingsName } from '../inspection/limits.js';
import type { BytesAt } from '../store/bytes.js';
import type { Rooms } from '../store/cache-room.js';
import { DiskAttestationStore } from '../store/disk/disk-attestation-store.js';
import { DiskBlobStore } from '../store/disk/disk-blob-store.js';
import { ANY_SETTINGS, DiskFindingsStore } from '../store/disk/disk-findings-store.js';
import { DiskPageStore } from '../store/disk/disk-page-store.js';
import { DiskRoom } from '../store/disk/disk-room.js';
import { DiskSeenStore } from '../store/disk/disk-seen-store.js';
import { DiskSpool } from '../store/disk/disk-spool.js';
import { bytesInFile } from '../store/disk/file-bytes.js';
import { RoomySpool } from '../store/disk/roomy-spool.js';
import { TemporarySpool } from '../store/disk/temporary-spool.js';
import type { FindingsStore } from '../store/findings-store.js';
import { MemoryBlobTier } from '../store/memory-blob-tier.js';
import { PassingFindings } from '../store/passing-findings.js';
import type { Spool } from '../store/spool.js';
import { dataFolder } from './data-folder.js';
import type { Process } from './process.js';

/** Upstream pages on disk, in all, in bytes: they are what is served while an upstream is down. */
const PAGES_ON_DISK = 2 * 2 ** 30;
/** Blobs up to here are answered from memory, in bytes. */
const MEMORY_BLOB = 4 * 2 ** 20;

// Which adapter stands behind which interface of `store/` is said here and nowhere else.

export const bytesAt: BytesAt = bytesInFile;

/** The bounds of the cached folders: kept by one process of a machine. */
export function createRooms({ data, cache }: Config) {
  const { blobs, pages } = dataFolder(data);
  return {
    blobs: new DiskRoom({ directory: blobs, maxBytes: cache.disk, minFree: cache.minFree }),
    pages: new DiskRoom({ directory: pages, maxBytes: PAGES_ON_DISK, minFree: 0 }),
  };
}

/** Where artifacts come in, beside the blobs or, where the disk is full, elsewhere. */
export function createSpool({ data }: Config, { closing }: Process, rooms: Rooms): Spool {
  const { spool } = dataFolder(data);
  const spare = new TemporarySpool(tmpdir());
  closing.add(() => spare.close());
  return new RoomySpool({
    main: { spool: new DiskSpool(spool), directory: spool },
    spare: { spool: spare, directory: tmpdir() },
    reclaim: (bytes) => rooms.blobs.makeRoom(0, bytes),
  });
}

/** @param news where it is told what is put into them, as far as nobody else does */
export function createStores(
  { data, cache, inspection }: Config,
  { now, log, metrics }: Process,
  { rooms, spool }: { readonly rooms: Rooms; readonly spool: Spool },
  news: News,
): Stores {
  const at = dataFolder(data);
  const cached = new DiskBlobStore(at.blobs, rooms.blobs, spool, (path) =>
    log.warn({ path }, 'a cached file was altered or cut short: it is fetched anew'),
  );
  const blobs = new MemoryBlobTier(cached, {
    maxBytes: cache.memory,
    maxBlobBytes: Math.min(MEMORY_BLOB, cache.memory),
    onLookup: (result) => metrics.cacheRequests.inc({ tier: 'memory', result }),
  });
  metrics.onCollect(() => metrics.cacheBytes.set({ tier: 'memory' }, blobs.bytes));
  const findings = new DiskFindingsStore(at.findings, settingsName(inspection.limits));
  return {
    blobs,
    pages: new DiskPageStore(at.pages, rooms.pages),
    findings: new PassingFindings(new TellingFindings(findings, news), now),
    attestations: new DiskAttestationStore(at.attestations),
    facts: new DiskSeenStore(at.facts),
    pins: new DiskSeenStore(at.pins),
  };
}

/** The findings in a data folder, whatever the settings of the inspections: for looking back. */
export function openAllFindings(data: string): FindingsStore {
  return new DiskFindingsStore(dataFolder(data).findings, ANY_SETTINGS);
}
