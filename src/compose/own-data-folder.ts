import type { Config } from '../config/config.js';
import { INSPECTOR_VERSION } from '../inspection/inspector.js';
import { VERSION } from '../runtime/package-root.js';
import { ATTESTATIONS_VERSION } from '../store/disk/disk-attestation-store.js';
import { removeOldVersions } from '../store/disk/old-versions.js';
import { openDataFolder } from '../store/disk/open-data-folder.js';
import { Runs } from '../store/disk/runs.js';
import { dataFolder, isOurs } from './data-folder.js';
import type { FolderTroubles } from './folder-troubles.js';
import type { Process } from './process.js';

/** A server that is just ending has the folder so long at most, in milliseconds; one that serves is not waited for. */
const PATIENCE = 5_000;

/** The data folder while it is this server's. */
export interface OwnDataFolder {
  /** Whose unfinished files may lie in it. */
  readonly runs: Runs;
  /** Removes, in the background, what nobody reads any more. */
  tidy(): Promise<void>;
}

/** @throws {DataFolderError} where another server has it, or where it cannot be used */
export async function ownDataFolder(
  { data }: Config,
  { log, closing }: Process,
  troubles: Pick<FolderTroubles, 'tell'>,
): Promise<OwnDataFolder> {
  const at = dataFolder(data);
  const folder = await openDataFolder({
    directory: data,
    lock: at.lock,
    version: at.version,
    isOurs,
    wheelgate: VERSION,
    patience: PATIENCE,
    onWarning: (sentence) => log.warn(sentence),
  });
  closing.add(async () => folder.close());
  const { unlocked } = folder;
  if (unlocked !== undefined)
    troubles.tell('lock', `nothing keeps a second server out of it: ${unlocked}`);
  const runs = new Runs({
    spool: at.spool,
    folders: [at.attestations, at.facts, at.findings, at.pages, at.pins],
    root: data,
    isLocked: unlocked === undefined,
  });
  await runs.sweepSpool();
  return {
    runs,
    tidy: async () => {
      await runs.sweepReplacing();
      await removeOldVersions(at.findings, INSPECTOR_VERSION);
      await removeOldVersions(at.attestations, ATTESTATIONS_VERSION);
    },
  };
}
