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
  /** The problems of the last reported policy edit; empty after it was fixed. */
  problems: z.array(z.string()),
});

/** The sent notices, so a restart does not repeat them. */
export type Told = z.output<typeof FORM>;

export const NOTHING_TOLD: Told = { groups: {}, waivers: {}, problems: [] };

/**
 * Reads it; a missing or torn file costs a few messages. @param onUnreadable receives an existing but unreadable file
 */
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
