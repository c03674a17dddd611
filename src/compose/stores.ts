import { statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import type { Config } from '../config/config.js';
import type { Inspection } from '../domain/finding.js';
import { isProbe } from '../domain/probe.js';
import type { ProjectName } from '../domain/project-name.js';
import type { Stores } from '../fleet/fleet.js';
import type { News } from '../fleet/news.js';
import { TellingFindings } from '../fleet/telling-findings.js';
import { settingsName } from '../inspection/limits.js';
import { probeSettingsName } from '../inspection/probe/probe-version.js';
import type { BytesAt } from '../store/bytes.js';
import type { Rooms } from '../store/cache-room.js';
import { DiskAttestationStore } from '../store/disk/disk-attestation-store.js';
import { DiskBlobStore } from '../store/disk/disk-blob-store.js';
import { ANY_FILES, reasonOf } from '../store/disk/disk-files.js';
import { ANY_SETTINGS, DiskFindingsStore } from '../store/disk/disk-findings-store.js';
import { DiskLinkStore } from '../store/disk/disk-link-store.js';
import { DiskPageStore } from '../store/disk/disk-page-store.js';
import { DiskRoom } from '../store/disk/disk-room.js';
import { DiskSeenStore } from '../store/disk/disk-seen-store.js';
import { DiskSightingsStore } from '../store/disk/disk-sightings-store.js';
import { DiskSpace } from '../store/disk/disk-space.js';
import { DiskSpool } from '../store/disk/disk-spool.js';
import { bytesInFile } from '../store/disk/file-bytes.js';
import { readEarlierFindings } from '../store/disk/read-earlier-findings.js';
import { RoomySpool } from '../store/disk/roomy-spool.js';
import { TemporarySpool } from '../store/disk/temporary-spool.js';
import { writeInRoom } from '../store/disk/write-in-room.js';
import type { FindingsStore } from '../store/findings-store.js';
import { MemoryBlobTier } from '../store/memory-blob-tier.js';
import { NotedFindings } from '../store/noted-findings.js';
import { PassingFindings } from '../store/passing-findings.js';
import type { SharedBlobs } from '../store/shared-blobs.js';
import { NO_SPACE, type Space, type Spaces } from '../store/space.js';
import type { Spool } from '../store/spool.js';
import { StartPlaceIndex } from '../store/start-place-index.js';
import type { StartPlaceOrder } from '../store/start-place-order.js';
import { StartPlacesMet } from '../store/start-places-met.js';
import { SuspectedProjects } from '../store/suspected-projects.js';
import { dataFolder } from './data-folder.js';
import type { Troubles } from './folder-troubles.js';
import type { Process } from './process.js';

/** Limit for upstream pages on disk, in bytes. They are served while an upstream is down. */
const PAGES_ON_DISK = 2 * 2 ** 30;
const NO_ROOM =
  'insufficient disk space for the last file: it would leave less than cache.min-free';
/** Reserved free space for pins and decisions, in bytes. */
const LEAST_FREE = 4 * 2 ** 20;
/** pip gives up after 15 s without a byte, and some of that it takes to begin, in milliseconds. */
const PATIENCE = 10_000;
/** Memory for probe results, in bytes: they are small, and cover only new releases. */
const PROBES_IN_MEMORY = 8 * 2 ** 20;
/** Blobs up to here are answered from memory, in bytes. */
const MEMORY_BLOB = 4 * 2 ** 20;

/** Shared parts and listeners of a machine's stores. */
interface Kept {
  readonly rooms: Rooms;
  readonly spaces: Spaces;
  readonly troubles: Troubles;
}

// The adapters behind the interfaces of `store/` are chosen only here.

export const bytesAt: BytesAt = bytesInFile;

/** The bounds of the cached folders: kept by one process of a machine. */
export function createRooms({ data, cache }: Config, troubles: Troubles) {
  const at = dataFolder(data);
  const space: DiskSpace = new DiskSpace({
    directory: data,
    minFree: Math.max(cache.minFree, LEAST_FREE),
    reclaim: (bytes) => blobs.reclaim(bytes),
    onShort: (short) => troubles.tell('room', short ? NO_ROOM : undefined),
  });
  const blobs = new DiskRoom({
    directory: at.blobs,
    maxBytes: cache.disk,
    shortage: () => space.shortage(),
  });
  return {
    blobs,
    pages: new DiskRoom({ directory: at.pages, maxBytes: PAGES_ON_DISK }),
    spaces: { data: space, spare: createSpareSpace(data) },
    lookAgain: () => space.lookAgain(),
  };
}

/** Files that are received there are not kept; on the data folder's file system it would only bypass the limit. */
function createSpareSpace(data: string): Space {
  const directory = tmpdir();
  if (isSameFileSystem(data, directory)) return NO_SPACE;
  return new DiskSpace({ directory, minFree: LEAST_FREE });
}

function isSameFileSystem(one: string, other: string): boolean {
  try {
    return statSync(one).dev === statSync(other).dev;
  } catch {
    // There is no folder to receive in.
    return true;
  }
}

/** The spool for incoming artifacts: next to the blobs, or elsewhere if the disk is full. */
export function createSpool(
  { data }: Config,
  { closing }: Process,
  { spaces, troubles }: Omit<Kept, 'rooms'>,
): Spool {
  const spare = new TemporarySpool(tmpdir(), data);
  closing.add(() => spare.close());
  return new RoomySpool({
    main: { spool: new DiskSpool(dataFolder(data).spool), space: spaces.data },
    spare: { spool: spare, space: spaces.spare },
    patience: PATIENCE,
    onUnusable: (error) =>
      troubles.tell(
        'spool',
        error === undefined ? undefined : `files cannot be stored: ${reasonOf(error)}`,
        dataFolder(data).spool,
      ),
  });
}

/**
 * @param news receives new entries that have no other announcer
 * @param sharedBlobs artifacts beyond this machine
 * @param order of start places, with other processes of the machine
 */
export function createStores(
  { data, cache, inspection }: Config,
  { now, log, metrics, closing }: Process,
  { rooms, spaces, troubles }: Kept,
  news: News,
  sharedBlobs: SharedBlobs | undefined,
  order?: StartPlaceOrder,
): Stores {
  const at = dataFolder(data);
  const onUnreadable = (path: string, why: string) => troubles.unreadable(path, why);
  const files = { write: writeInRoom(spaces.data), onUnreadable };
  // Copies are readable before they are stored, so requests do not wait for storage.
  const copies = new RoomySpool({
    main: { spool: new DiskSpool(at.spool), space: spaces.data },
    patience: 0,
  });
  const onDamaged = (path: string) =>
    log.warn({ path }, 'a cached file was altered or truncated; it will be fetched again');
  const cached = new DiskBlobStore(at.blobs, rooms.blobs, copies, onDamaged, onUnreadable);
  const blobs = new MemoryBlobTier(cached, {
    maxBytes: cache.memory,
    maxBlobBytes: Math.min(MEMORY_BLOB, cache.memory),
    onLookup: (result) => metrics.cacheRequests.inc({ tier: 'memory', result }),
  });
  metrics.onCollect(() => metrics.cacheBytes.set({ tier: 'memory' }, blobs.bytes));
  const findings = new DiskFindingsStore(
    at.findings,
    settingsName(inspection.limits),
    undefined,
    files,
  );
  const probes = new DiskFindingsStore(
    at.probes,
    probeSettingsName(inspection.limits),
    PROBES_IN_MEMORY,
    files,
  );
  const suspected = new SuspectedProjects();
  const index = new StartPlaceIndex();
  const begun = now();
  const earlier = {
    suspect: (project: ProjectName) => suspected.add(project),
    meeting: (project: ProjectName, inspection: Inspection, since: number) =>
      // A copied folder, or a clock that was wrong, must not make an earlier artifact the later one.
      index.add(project, inspection, Math.min(since, begun)),
  };
  suspected.search(readEarlierFindings(findings.directory, earlier, () => !closing.hasBegun));
  closing.add(() => suspected.searched);
  const { searched } = suspected;
  const startPlaces = new StartPlacesMet({ index, searched, order, now });
  return {
    blobs,
    sharedBlobs,
    pages: new DiskPageStore(at.pages, rooms.pages, files),
    findings: new NotedFindings(
      new PassingFindings(
        new TellingFindings(findings, (project, inspection) =>
          news.tell({ kind: 'findings', project, inspection }),
        ),
        now,
      ),
      (project, inspection, isOwn) => {
        if (inspection.findings.length > 0) suspected.add(project);
        // Its own ones have their place in the order already.
        if (!isOwn) startPlaces.learn(project, inspection);
      },
    ),
    suspected,
    startPlaces,
    probes: new TellingFindings(probes, (project, probe) => {
      if (isProbe(probe)) news.tell({ kind: 'probe', project, inspection: probe });
    }),
    attestations: new DiskAttestationStore(at.attestations, undefined, files),
    links: new DiskLinkStore(at.links, files),
    facts: new DiskSeenStore(at.facts, undefined, { ...files, derived: true }),
    // Their contents are irreplaceable: they may use the reserved free space.
    pins: new DiskSeenStore(at.pins, undefined, { ...ANY_FILES, onUnreadable, derived: false }),
    sightings: new DiskSightingsStore(at.sightings, { ...ANY_FILES, onUnreadable }),
  };
}

/** The findings in a data folder, under any inspection settings: for retrospective checks. */
export function openAllFindings(data: string): FindingsStore {
  return new DiskFindingsStore(dataFolder(data).findings, ANY_SETTINGS);
}
