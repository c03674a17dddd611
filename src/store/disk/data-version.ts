import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { newerFolder } from '../../messages/data-folder.js';
import { writeAtomically } from './atomic-file.js';
import { DataFolderError } from './data-folder-error.js';

/** Raised when older versions of Wheelgate must not use a folder any longer. 1 is the layout of docs/data-folder.md. */
export const DATA_FORMAT = 1;

/** The content of a data folder's version file. */
export interface DataVersion {
  readonly format: number;
  /** The last Wheelgate version that wrote the file. */
  readonly wheelgate: string;
}

/**
 * Undefined if the file is missing: the folder is new, or older than version files.
 * @throws {DataFolderError} if it is unreadable, or has a newer format
 */
export async function readDataVersion(path: string): Promise<DataVersion | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new DataFolderError(`${path} cannot be read: ${(error as Error).message}`);
  }
  const version = parse(text);
  if (version === undefined)
    throw new DataFolderError(
      `${path} does not name the data folder's format: restore it, or remove it if this version of Wheelgate or an older one created the folder`,
    );
  if (version.format > DATA_FORMAT)
    throw new DataFolderError(newerFolder(dirname(path), version, DATA_FORMAT));
  return version;
}

export async function writeDataVersion(path: string, version: DataVersion): Promise<void> {
  await writeAtomically(path, Buffer.from(`${JSON.stringify(version)}\n`));
}

function parse(text: string): DataVersion | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const { format, wheelgate } = value as Record<string, unknown>;
    return Number.isInteger(format) && typeof wheelgate === 'string' && /^[\w.+-]+$/.test(wheelgate)
      ? { format: format as number, wheelgate }
      : undefined;
  } catch {
    return undefined;
  }
}
