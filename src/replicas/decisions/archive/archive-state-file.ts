import { z } from 'zod';
import { readPlainFile } from '../../../runtime/plain-file.js';
import { writeQuickly } from '../../../store/disk/atomic-file.js';

/** The uploaded part of this replica's log, as remembered on this machine. */
export interface Uploaded {
  /** The key of the last file; undefined if there is none. */
  readonly last: string | undefined;
  /** Stamps of uploaded files that are still on this machine. */
  readonly stamps: ReadonlySet<string>;
}

const FORM = z.object({ last: z.string().optional(), stamps: z.array(z.string()) });

/** A missing or damaged file counts as empty: all local files are then uploaded again, unchanged. */
export async function loadUploaded(path: string): Promise<Uploaded> {
  try {
    const { last, stamps } = FORM.parse(JSON.parse((await readPlainFile(path)).toString('utf8')));
    return { last, stamps: new Set(stamps) };
  } catch {
    return { last: undefined, stamps: new Set() };
  }
}

export function saveUploaded(path: string, { last, stamps }: Uploaded): Promise<void> {
  return writeQuickly(path, Buffer.from(JSON.stringify({ last, stamps: [...stamps] })));
}
