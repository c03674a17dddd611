import { constants, gunzip } from 'node:zlib';
import type { SearchedFile } from './open-files.js';

const TIME = /"time"\s*:\s*"([^"\\]+)"/;

/** The files by the first time that each tells, the oldest first: names of a log rotator tell no order. */
export async function inOrder(files: readonly SearchedFile[]): Promise<SearchedFile[]> {
  const begun = await Promise.all(
    files.map(async (file) => ({ file, time: await firstTimeOf(file) })),
  );
  const inOrder = begun.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
  // Names that the log itself has given do tell it, also where the clock was set back: those take their places by them.
  const own = inOrder.filter(({ file }) => isOwn(file)).map(({ file }) => file);
  own.sort((a, b) => (a.name < b.name ? -1 : 1));
  return inOrder.map(({ file }) => (isOwn(file) ? own.shift()! : file));
}

/** Whether the log itself has put it aside. */
function isOwn({ opened, indexed }: SearchedFile): boolean {
  return indexed !== undefined || opened?.rotated === true;
}

/** The first time that a file tells, as it says it; empty where it tells none. */
export async function firstTimeOf({ opened, indexed }: SearchedFile): Promise<string> {
  if (indexed !== undefined) return indexed.begins ?? '';
  return opened === undefined ? '' : firstTimeIn(opened.head, opened.compression);
}

/** The first time that is told by what a file, or a part of it that can be read by itself, begins with. */
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
