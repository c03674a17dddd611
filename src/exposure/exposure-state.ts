import { z } from 'zod';
import { type DiskFiles, isMissing, readPlainFile, whyUnusable } from '../store/disk/disk-files.js';
import type { ToldOf } from './denied-since.js';

/** The reported state, so a restart does not report it again. */
export interface ExposureState {
  /** The inputs of the last complete search: the policy in force, and the feed. */
  readonly revision: string | undefined;
  readonly told: ToldOf;
}

const NOTHING: ExposureState = { revision: undefined, told: new Map() };

const FORM = z.object({
  revision: z.string().optional(),
  told: z.record(z.string(), z.object({ last: z.string(), downloads: z.number() })),
});

/**
 * Reads it; a missing or torn file costs one more search.
 * @param onUnreadable receives an existing but unreadable file
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
