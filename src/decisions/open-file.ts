import type { FileHandle } from 'node:fs/promises';
import { identityOf, LOG_DISK, type LogDisk } from './log-disk.js';
import type { DecisionFile } from './log-files.js';

const HEAD = 4096;

/** A file of the log, held open: renamed, compressed or removed, it can still be read. */
export interface OpenDecisionFile extends DecisionFile {
  readonly handle: FileHandle;
  /** In bytes, when it was opened. */
  readonly size: number;
  /** By which it is known again. */
  readonly identity: string;
  /** Its first bytes, by which it is known again while it grows. */
  readonly head: Buffer;
}

export async function openFile(
  file: DecisionFile,
  disk: LogDisk = LOG_DISK,
): Promise<OpenDecisionFile> {
  const handle = await disk.open(file.path);
  try {
    const info = await handle.stat({ bigint: true });
    const [size, identity] = [Number(info.size), identityOf(info)];
    return { ...file, handle, size, identity, head: await headOf(handle) };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** The first bytes of a file, up to some thousand. */
export async function headOf(handle: FileHandle): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD), 0, HEAD, 0);
  return buffer.subarray(0, bytesRead);
}

/** The reason of an error, without the path. */
export function codeOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message;
}
