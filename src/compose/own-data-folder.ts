import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../config/config.js';
import { INSPECTOR_VERSION } from '../inspection/inspector.js';
import { everyUnref } from '../runtime/change-watch.js';
import { VERSION } from '../runtime/package-root.js';
import { boundRecords } from '../store/disk/bound-records.js';
import { ATTESTATIONS_VERSION } from '../store/disk/disk-attestation-store.js';
import { removeOldVersions } from '../store/disk/old-versions.js';
import { openDataFolder } from '../store/disk/open-data-folder.js';
import { Runs } from '../store/disk/runs.js';
import { dataFolder, isOurs } from './data-folder.js';
import type { Troubles } from './folder-troubles.js';
import type { Process } from './process.js';

/** A server that is just ending has the folder so long at most, in milliseconds; one that serves is not waited for. */
const PATIENCE = 5_000;

/** Findings, and each other kind of record that can be found out again, on disk, in bytes. */
const MAX_FINDINGS = 2 ** 30;
const MAX_RECORDS = 2 ** 28;
/** Interval between cleanups, in milliseconds. */
const TIDY = 6 * 3_600_000;
/** How often it is made sure that the lock is still there, in milliseconds. */
const LOOK = 1_000;

/** The data folder while it is this server's. */
export interface OwnDataFolder {
  /** The runs whose unfinished files may be in it. */
  readonly runs: Runs;
  /** Removes unused files in the background. */
  tidy(): Promise<void>;
}

/** @throws {DataFolderError} if another server uses it, or it is unusable */
export async function ownDataFolder(
  { data }: Config,
  { log, closing }: Process,
  troubles: Troubles,
): Promise<OwnDataFolder> {
  const at = dataFolder(data);
  const open = (patience: number) =>
    openDataFolder({
      directory: data,
      lock: at.lock,
      version: at.version,
      isOurs,
      wheelgate: VERSION,
      patience,
      onWarning: (sentence) => log.warn(sentence),
    });
  let folder = await open(PATIENCE);
  closing.add(async () => folder.close());
  const { unlocked } = folder;
  if (unlocked !== undefined)
    troubles.tell(
      'lock',
      `the folder is not locked, and a second server could use it: ${unlocked}`,
    );
  let lock = await nodeOf(at.lock);
  // Deleting the lock file would let another server in; deleting the whole folder deletes the lock as well.
  const stop = everyUnref(LOOK, async () => {
    if (folder.unlocked !== undefined || (await nodeOf(at.lock)) === lock) return;
    try {
      const again = await open(0);
      folder.close();
      folder = again;
      lock = await nodeOf(at.lock);
      troubles.tell('lock', undefined);
      log.warn({ data }, 'the lock of the data folder was removed; recreating it');
    } catch (error) {
      troubles.tell('lock', (error as Error).message);
    }
  });
  closing.add(stop);
  const runs = new Runs({
    spool: at.spool,
    folders: [
      at.attestations,
      at.facts,
      at.findings,
      at.links,
      at.pages,
      at.pins,
      at.probes,
      at.sightings,
    ],
    root: data,
    temporary: tmpdir(),
    isLocked: unlocked === undefined,
  });
  await runs.sweepSpool();
  const boundAll = async () => {
    await boundRecords(join(at.findings, `v${INSPECTOR_VERSION}`), 1, MAX_FINDINGS);
    await boundRecords(join(at.probes, `v${INSPECTOR_VERSION}`), 1, MAX_RECORDS);
    await boundRecords(join(at.attestations, `v${ATTESTATIONS_VERSION}`), 1, MAX_RECORDS);
    await boundRecords(at.facts, 2, MAX_RECORDS);
    await boundRecords(at.links, 1, MAX_RECORDS);
  };
  closing.add(everyUnref(TIDY, boundAll));
  return {
    runs,
    tidy: async () => {
      await boundAll();
      await runs.sweepReplacing();
      await removeOldVersions(at.findings, INSPECTOR_VERSION);
      await removeOldVersions(at.probes, INSPECTOR_VERSION);
      await removeOldVersions(at.attestations, ATTESTATIONS_VERSION);
    },
  };
}

/** The inode of a name; undefined if the name does not exist. */
async function nodeOf(path: string): Promise<string | undefined> {
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  return found && `${found.dev} ${found.ino}`;
}
