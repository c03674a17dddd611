import { z } from 'zod';
import { readPlainFile } from '../../../runtime/plain-file.js';
import { writeQuickly } from '../../../store/disk/atomic-file.js';

/** What of the own log is in the archive, as this machine remembers it. */
export interface Uploaded {
  /** The key of the last file; undefined where there is none. */
  readonly last: string | undefined;
  /** Stamps of those that lie here, too. */
  readonly stamps: ReadonlySet<string>;
}

const FORM = z.object({ last: z.string().optional(), stamps: z.array(z.string()) });

/** One that is missing or torn says nothing: then all that lies here is put there once more, as it was. */
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
