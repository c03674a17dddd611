import { z } from 'zod';
import { writeQuickly } from '../store/disk/atomic-file.js';
import { type DiskFiles, isMissing, readPlainFile, whyUnusable } from '../store/disk/disk-files.js';

const FORM = z.object({
  groups: z.record(
    z.string(),
    z.object({
      told: z.number(),
      times: z.number(),
      count: z.number(),
      first: z.string(),
      last: z.string(),
    }),
  ),
  waivers: z.record(z.string(), z.enum(['ending', 'ended'])),
  /** What was wrong with the policy edit that was told of last; empty where it has been mended. */
  problems: z.array(z.string()),
});

/** What has been told, so that a restart tells nothing twice. */
export type Told = z.output<typeof FORM>;

export const NOTHING_TOLD: Told = { groups: {}, waivers: {}, problems: [] };

/** Reads it; a file that is missing or torn says nothing, and costs a few messages. @param onUnreadable told of one that is there and says nothing */
export async function loadTold(
  path: string,
  onUnreadable: DiskFiles['onUnreadable'],
): Promise<Told> {
  try {
    return FORM.parse(JSON.parse((await readPlainFile(path)).toString('utf8')));
  } catch (error) {
    if (!isMissing(error)) onUnreadable(path, whyUnusable(error));
    return NOTHING_TOLD;
  }
}

export async function saveTold(path: string, told: Told): Promise<void> {
  await writeQuickly(path, Buffer.from(JSON.stringify(told)));
}
