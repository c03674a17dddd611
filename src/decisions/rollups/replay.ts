import { constants, gunzip } from 'node:zlib';
import { linesIn, wholeLines } from '../file-lines.js';
import { inOrder } from '../file-order.js';
import type { LogPosition } from '../log-position.js';
import { headOf, type OpenDecisionFile } from '../open-file.js';
import { closeFiles, openDecisions } from '../open-files.js';
import { readLogRecord } from '../record.js';
import type { Rollups } from './rollups.js';

/** Which part of a log is read. */
export interface Stretch {
  /** Where to begin; undefined for the log's beginning. */
  readonly from: LogPosition | undefined;
  /** Where to end. */
  readonly to: LogEnd;
}

/** The end of a log at one time, for reading while it continues. */
export interface LogEnd {
  /** Undefined if the current file was empty: none of its records count. */
  readonly position: LogPosition | undefined;
  /** The files next to it at that time, by their names before compression. */
  readonly others: readonly string[];
}

export interface ReplayWatch {
  /** Progress from 0 to 1. */
  readonly onProgress?: (part: number) => void;
  /** Awaited between pieces, where others are to have their turn. */
  readonly turn?: () => Promise<void> | undefined;
}

/**
 * Notes all records of a stretch of a log. If its start is missing, because the file is gone or was truncated, it
 * begins with records later than all noted ones: no record is noted twice.
 */
export async function replay(
  place: string,
  { from, to }: Stretch,
  rollups: Rollups,
  { onProgress = () => {}, turn = () => undefined }: ReplayWatch = {},
): Promise<void> {
  const { files } = await openDecisions(place, {});
  try {
    const all = (await inOrder(files)).flatMap((file) => file.opened ?? []);
    const last = to.position && (await fileOf(all, to.position));
    const opened = last === undefined ? besideOwn(all, to) : all.slice(0, all.indexOf(last) + 1);
    const begun = from && (await fileOf(opened, from));
    const later = rollups.last;
    const rest = begun === undefined ? opened : opened.slice(opened.indexOf(begun));
    const total = rest.reduce((sum, { size }) => sum + size, 0);
    let done = 0;
    for (const file of rest) {
      const stretch: FileStretch = {
        from: file === begun ? from : undefined,
        // Records before a missing position were noted, except later ones.
        after: from !== undefined && begun === undefined ? later : undefined,
        end: file === last ? to.position!.offset : Number.POSITIVE_INFINITY,
      };
      for await (const bytes of noteFile(file, stretch, rollups)) {
        onProgress(Math.min(1, (done + bytes) / total));
        await turn();
      }
      done += file.size;
    }
  } finally {
    await closeFiles(files);
  }
}

/** The files that were put aside before the log's own was begun. */
function besideOwn(files: readonly OpenDecisionFile[], { others }: LogEnd): OpenDecisionFile[] {
  return files.filter(({ name, current }) => !current && others.includes(plainName(name)));
}

/** The file that contains a position; the newest of several. */
async function fileOf(
  files: readonly OpenDecisionFile[],
  { head }: LogPosition,
): Promise<OpenDecisionFile | undefined> {
  for (const file of files.toReversed())
    if ((await beginning(file)).subarray(0, head.length).equals(head)) return file;
  return undefined;
}

/** The first bytes of a file's content. */
async function beginning({ head, compression, handle }: OpenDecisionFile): Promise<Buffer> {
  if (compression === undefined) return headOf(handle);
  return new Promise((resolve) => {
    gunzip(head, { finishFlush: constants.Z_SYNC_FLUSH }, (_error, bytes) =>
      resolve(bytes ?? Buffer.alloc(0)),
    );
  });
}

/** The part of a file to note. */
interface FileStretch {
  readonly from: LogPosition | undefined;
  /** Nothing that is not later than this time. */
  readonly after: string | undefined;
  /** In bytes of the file as it was written. */
  readonly end: number;
}

/** @returns the number of stored bytes that were read */
async function* noteFile(
  file: OpenDecisionFile,
  { from, after, end }: FileStretch,
  rollups: Rollups,
): AsyncGenerator<number> {
  const isPlain = file.compression === undefined;
  const stands = from === undefined || !isPlain || (await isStill(file, from));
  const begin = stands ? (from?.offset ?? 0) : 0;
  const later = stands ? after : rollups.last;
  // Only an uncompressed file can be read from its middle.
  let at = isPlain ? begin : 0;
  const range = { from: at, to: file.size };
  for await (const lines of wholeLines(file, () => {}, range)) {
    for (const line of linesIn(lines)) {
      const start = at + line.byteOffset - lines.byteOffset;
      if (start < begin) continue;
      if (start >= end) return;
      const text = line.toString('utf8');
      const record = readLogRecord(text);
      if (record !== undefined && (later === undefined || record.time > later))
        rollups.note(record, text);
    }
    at += lines.length;
    yield isPlain ? at : Math.min(at / 10, file.size);
  }
}

/** Whether a file is unchanged before a position: it was not truncated and continued. */
async function isStill(file: OpenDecisionFile, { offset, tail }: LogPosition): Promise<boolean> {
  if (offset > file.size) return false;
  const found = Buffer.alloc(tail.length);
  await file.handle.read(found, 0, tail.length, offset - tail.length);
  return found.equals(tail);
}

/** A file's name before it was compressed. */
export function plainName(name: string): string {
  return name.replace(/\.gz$/, '');
}
