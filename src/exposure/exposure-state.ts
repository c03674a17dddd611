import { z } from 'zod';
import { type DiskFiles, isMissing, readPlainFile, whyUnusable } from '../store/disk/disk-files.js';
import type { ToldOf } from './denied-since.js';

/** What has been told already, so that a restart does not tell it again. */
export interface ExposureState {
  /** What the log was last searched by, whole: the policy in force, and the feed. */
  readonly revision: string | undefined;
  readonly told: ToldOf;
}

const NOTHING: ExposureState = { revision: undefined, told: new Map() };

const FORM = z.object({
  revision: z.string().optional(),
  told: z.record(z.string(), z.object({ last: z.string(), downloads: z.number() })),
});

/**
 * Reads it; a file that is missing or torn says nothing, and costs one more search.
 * @param onUnreadable told of one that is there and says nothing
 */
export async function loadExposureState(
  path: string,
  onUnreadable: DiskFiles['onUnreadable'] = () => {},
): Promise<ExposureState> {
  try {
    const { revision, told } = FORM.parse(JSON.parse((await readPlainFile(path)).toString('utf8')));
    return { revision, told: new Map(Object.entries(told)) };
  } catch (error) {
    if (!isMissing(error)) onUnreadable(path, whyUnusable(error));
    return NOTHING;
  }
}

export function writeExposureState({ revision, told }: ExposureState): Buffer {
  return Buffer.from(JSON.stringify({ revision, told: Object.fromEntries(told) }));
}
