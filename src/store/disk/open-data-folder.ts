import { mkdir, readdir } from 'node:fs/promises';
import { basename } from 'node:path';
import {
  folderInUse,
  folderNotLocked,
  folderRefused,
  waitingForFolder,
} from '../../messages/data-folder.js';
import { DataFolderError } from './data-folder-error.js';
import { type DataLock, takeDataLock } from './data-lock.js';
import { DATA_FORMAT, readDataVersion, writeDataVersion } from './data-version.js';

export interface DataFolderSettings {
  readonly directory: string;
  /** The paths of its lock file and its version file. */
  readonly lock: string;
  readonly version: string;
  /** Whether Wheelgate creates a file or folder of this name there. */
  readonly isOurs: (name: string) => boolean;
  /** This Wheelgate's version. */
  readonly wheelgate: string;
  /** How long to wait until another server releases the folder, in milliseconds. */
  readonly patience: number;
  /** Receives complete sentences for the operator about problems that do not stop the start. */
  readonly onWarning: (sentence: string) => void;
  /** Locks a file by its descriptor; tests pass their own. */
  readonly tryLock?: (fd: number) => boolean;
}

/** An open data folder, exclusive to this server if locks are available. */
export interface DataFolder {
  /** Why a second server is not prevented; undefined if the folder is locked. */
  readonly unlocked: string | undefined;
  /** Releases the folder for another server. */
  close(): void;
}

/** Created by a file system, or by a desktop's file manager. */
const NOBODYS = new Set(['lost+found']);
/** Maximum number of foreign names in the message. */
const MAX_NAMED = 3;

/**
 * Opens a data folder for one server at a time, in a supported format. If the file system or platform has no locks, the
 * server starts nevertheless and warns.
 * @throws {DataFolderError} if the folder must not, or cannot, be used
 */
export async function openDataFolder(settings: DataFolderSettings): Promise<DataFolder> {
  const { directory, onWarning } = settings;
  await makeDataFolder(directory);
  const lock = await take(settings);
  if (lock.kind === 'unavailable') onWarning(folderNotLocked(directory, lock.reason));
  const close = () => {
    if (lock.kind === 'ours') lock.release();
  };
  try {
    await settleVersion(settings);
  } catch (error) {
    close();
    throw error;
  }
  return { unlocked: lock.kind === 'unavailable' ? lock.reason : undefined, close };
}

/** @throws {DataFolderError} if it cannot be created, or is a file */
export async function makeDataFolder(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true });
  } catch (error) {
    throw unusable(directory, error);
  }
}

async function take(settings: DataFolderSettings): Promise<Exclude<DataLock, { kind: 'held' }>> {
  const { directory, patience, onWarning, tryLock } = settings;
  const seconds = patience / 1_000;
  const lock = await takeDataLock({
    path: settings.lock,
    patience,
    tryLock,
    onWaiting: (by) => onWarning(waitingForFolder(folderInUse(directory, by), seconds)),
  }).catch((error: unknown) => {
    if (!isFull(error)) throw unusable(directory, error);
    return { kind: 'unavailable' as const, reason: (error as Error).message };
  });
  if (lock.kind === 'held')
    throw new DataFolderError(folderRefused(folderInUse(directory, lock.by)));
  return lock;
}

async function settleVersion(settings: DataFolderSettings): Promise<void> {
  const { directory, version, wheelgate, onWarning } = settings;
  const before = await readDataVersion(version);
  if (before === undefined) {
    const foreign = await foreignIn(settings);
    if (foreign.length > 0)
      onWarning(
        `the data folder ${directory} is not empty and was not created by Wheelgate (${listed(foreign)}): existing files are left unchanged; if this is the wrong folder, choose another with --data`,
      );
  }
  if (before?.format === DATA_FORMAT && before.wheelgate === wheelgate) return;
  try {
    await writeDataVersion(version, { format: DATA_FORMAT, wheelgate });
  } catch (error) {
    // A full disk disables the cache, not the service; the next start writes the file.
    if (!isFull(error)) throw unusable(directory, error);
    onWarning(
      `cannot write the version file of the data folder ${directory}: ${(error as Error).message}`,
    );
  }
}

/** Foreign names in a folder that no Wheelgate has used, without the new lock file. */
async function foreignIn({ directory, lock, isOurs }: DataFolderSettings): Promise<string[]> {
  const names = (await readdir(directory)).filter(
    (name) => name !== basename(lock) && !isNobodys(name),
  );
  return names.some(isOurs) ? [] : names;
}

function isNobodys(name: string): boolean {
  return NOBODYS.has(name) || name.startsWith('.');
}

function listed(names: readonly string[]): string {
  const more = names.length - MAX_NAMED;
  const first = [...names].sort().slice(0, MAX_NAMED).join(', ');
  return more > 0 ? `${first} and ${more} more` : first;
}

function isFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '');
}

/** Words for the operator who must fix it. */
const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'its file system is read-only',
  EEXIST: 'not a folder',
  ENOTDIR: 'not a folder',
};

function unusable(directory: string, error: unknown): DataFolderError {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return new DataFolderError(
    `the data folder ${directory} cannot be used: ${REASONS[code] ?? message}`,
    { cause: error },
  );
}
