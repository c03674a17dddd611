import { readFile } from 'node:fs/promises';

/** What has been told already, so that a restart does not tell it again. */
export interface ExposureState {
  /** The policy revision that the log was last searched under. */
  readonly revision: string | undefined;
  /** Artifacts and rules told of. */
  readonly told: readonly string[];
}

const NOTHING: ExposureState = { revision: undefined, told: [] };

/** Reads it; a file that is missing or torn says nothing, and costs one more search. */
export async function loadExposureState(path: string): Promise<ExposureState> {
  try {
    const { revision, told } = JSON.parse(await readFile(path, 'utf8')) as Partial<ExposureState>;
    if (!Array.isArray(told)) return NOTHING;
    return { revision, told };
  } catch {
    return NOTHING;
  }
}
