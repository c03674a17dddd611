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
  /** Its file that is locked, and its file that tells its format; as paths. */
  readonly lock: string;
  readonly version: string;
  /** What a Wheelgate leaves there, by name. */
  readonly isOurs: (name: string) => boolean;
  /** This Wheelgate's version. */
  readonly wheelgate: string;
  /** How long another server may take to let go of the folder, in milliseconds. */
  readonly patience: number;
  /** Told in whole sentences of what an operator should know, and what stops nothing. */
  readonly onWarning: (sentence: string) => void;
  /** Locks a file by its descriptor; a test hands in its own. */
  readonly tryLock?: (fd: number) => boolean;
}

/** A data folder that is this server's, as far as that can be told. */
export interface DataFolder {
  /** Why nothing keeps a second server out; undefined where the folder is locked. */
  readonly unlocked: string | undefined;
  /** Lets another server have it. */
  close(): void;
}

/** Made by a file system itself, or by whoever lists a folder on a desktop. */
const NOBODYS = new Set(['lost+found']);
/** So many foreign names are told. */
const MAX_NAMED = 3;

/**
 * Makes a data folder ready: one server at a time, of a format that this Wheelgate knows. Where a file system or a
 * platform has no locks, the server starts all the same, and says so.
 * @throws {DataFolderError} where the folder must not be used, or cannot
 */
export async function openDataFolder(settings: DataFolderSettings): Promise<DataFolder> {
  const { directory, onWarning } = settings;
  await make(directory);
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

async function make(directory: string): Promise<void> {
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
    // A full disk costs the cache, not the service; the next start writes it.
    if (!isFull(error)) throw unusable(directory, error);
    onWarning(
      `cannot write the version file of the data folder ${directory}: ${(error as Error).message}`,
    );
  }
}

/** What lies in a folder in which a Wheelgate has never worked, beside the lock that has just been made. */
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

/** In the words of somebody who has to set it right. */
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
