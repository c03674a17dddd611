import { type FileIndex, indexOf, partsFor } from './file-index.js';
import { LOG_DISK, type LogDisk } from './log-disk.js';
import { type DecisionFile, decisionFiles } from './log-files.js';
import { codeOf, type OpenDecisionFile, openFile } from './open-file.js';
import type { DecisionQuery } from './reader.js';

/** A file of the log for one search. */
export interface SearchedFile {
  readonly name: string;
  /** Undefined if its index excludes a match. */
  readonly opened?: OpenDecisionFile;
  /** The contents of its index, if it has a valid one. */
  readonly indexed?: Pick<FileIndex, 'parts' | 'begins' | 'unreadable'> & {
    /** The parts of it that may match, a bit each. */
    readonly wanted: number;
  };
}

/** All files of a log as they were at one moment. */
export interface OpenDecisions {
  readonly files: readonly SearchedFile[];
  /** The files that could not be opened, one sentence each. */
  readonly gaps: readonly string[];
}

/** A rotation takes less time than opening all files again. */
const ATTEMPTS = 20;

/**
 * Opens the files of a decision log that may match. If files were renamed, compressed or removed meanwhile, some may
 * have been missed, and all are opened again. Never rejects: files that cannot be opened are listed in `gaps`.
 */
export async function openDecisions(
  place: string,
  query: DecisionQuery,
  disk: LogDisk = LOG_DISK,
): Promise<OpenDecisions> {
  for (let attempt = 1; ; attempt += 1) {
    const before = await lie(place, disk);
    const { files, gaps } = await openListed(place, query, disk);
    if ((await lie(place, disk)) === before) return { files: await withoutCopies(files), gaps };
    if (attempt === ATTEMPTS)
      return { files, gaps: [...gaps, 'the log was rotated repeatedly while being opened'] };
    await closeFiles(files);
  }
}

/** How the files lie: another text whenever one of them was put in another's place. */
async function lie(place: string, disk: LogDisk): Promise<string> {
  const listed = await decisionFiles(place, disk).catch(() => []);
  const places = listed.map(async ({ name, path }) => {
    const info = await disk.stat(path).catch(() => undefined);
    return `${name} ${info?.dev} ${info?.ino}`;
  });
  return (await Promise.all(places)).join('\n');
}

async function openListed(
  place: string,
  query: DecisionQuery,
  disk: LogDisk,
): Promise<{ files: SearchedFile[]; gaps: string[] }> {
  const files: SearchedFile[] = [];
  const gaps: string[] = [];
  try {
    for (const file of await decisionFiles(place, disk))
      try {
        // A pipe would be waited for.
        if ((await disk.stat(file.path)).isFile()) files.push(await openFor(query, file, disk));
        else gaps.push(`${file.name} is not a regular file`);
      } catch (error) {
        gaps.push(`${file.name} cannot be opened: ${codeOf(error)}`);
      }
  } catch (error) {
    gaps.push(`the log folder cannot be listed: ${codeOf(error)}`);
  }
  return { files, gaps };
}

async function openFor(
  query: DecisionQuery,
  file: DecisionFile,
  disk: LogDisk,
): Promise<SearchedFile> {
  const { name, path } = file;
  const index = file.rotated ? await indexOf(path, disk) : undefined;
  if (index === undefined) return { name, opened: await openFile(file, disk) };
  // Not the tables: a log may have many files.
  const { parts, begins, unreadable } = index;
  const indexed = { parts, begins, unreadable, wanted: partsFor(index, query) };
  if (indexed.wanted === 0) return { name, indexed };
  const opened = await openFile(file, disk);
  // It may have been replaced since.
  return opened.identity === index.of ? { name, opened, indexed } : { name, opened };
}

/** Between copying and truncating (`copytruncate`), the same records are in two files. */
async function withoutCopies(files: readonly SearchedFile[]): Promise<SearchedFile[]> {
  const current = files.find(({ opened }) => opened?.current)?.opened;
  const copies = files.filter(({ opened }) => opened && current && isCopy(opened, current));
  await closeFiles(copies);
  return files.filter((file) => !copies.includes(file));
}

function isCopy(file: OpenDecisionFile, current: OpenDecisionFile): boolean {
  return (
    file !== current &&
    file.compression === undefined &&
    file.size > 0 &&
    file.size <= current.size &&
    current.head.subarray(0, file.head.length).equals(file.head)
  );
}

export async function closeFiles(files: readonly SearchedFile[]): Promise<void> {
  await Promise.all(files.map(({ opened }) => opened?.handle.close()));
}
