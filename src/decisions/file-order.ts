import { constants, gunzip } from 'node:zlib';
import type { SearchedFile } from './open-files.js';

const TIME = /"time"\s*:\s*"([^"\\]+)"/;

/** The files by their first time, the oldest first: names from a log rotator do not determine the order. */
export async function inOrder(files: readonly SearchedFile[]): Promise<SearchedFile[]> {
  const begun = await Promise.all(
    files.map(async (file) => ({ file, time: await firstTimeOf(file) })),
  );
  const inOrder = begun.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
  // The log's own names do, even after the clock was set back: those files are ordered by name.
  const own = inOrder.filter(({ file }) => isOwn(file)).map(({ file }) => file);
  own.sort((a, b) => (a.name < b.name ? -1 : 1));
  return inOrder.map(({ file }) => (isOwn(file) ? own.shift()! : file));
}

/** Whether the log itself has put it aside. */
function isOwn({ opened, indexed }: SearchedFile): boolean {
  return indexed !== undefined || opened?.rotated === true;
}

/** The first time in a file, as written; empty if it has none. */
export async function firstTimeOf({ opened, indexed }: SearchedFile): Promise<string> {
  if (indexed !== undefined) return indexed.begins ?? '';
  return opened === undefined ? '' : firstTimeIn(opened.head, opened.compression);
}

/** The first time at the start of a file, or of a separately readable part of it. */
export async function firstTimeIn(head: Buffer, compression: string | undefined): Promise<string> {
  return TIME.exec(await textOf(head, compression))?.[1] ?? '';
}

async function textOf(head: Buffer, compression: string | undefined): Promise<string> {
  if (compression === undefined) return head.toString('utf8');
  if (compression !== 'gz') return '';
  return new Promise((resolve) => {
    // It is the beginning of a file, which is no whole gzip.
    gunzip(head, { finishFlush: constants.Z_SYNC_FLUSH }, (error, bytes) =>
      resolve(error === null ? bytes.toString('utf8') : ''),
    );
  });
}
