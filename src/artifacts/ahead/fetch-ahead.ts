import type { ListedFile } from '../../project-pages/project-pages.js';
import type { ArtifactService } from '../artifact-service.js';

/** Result of fetching an artifact ahead of any request. */
export type AheadResult = 'allowed' | 'refused' | 'failed';

/** Brings an artifact here and has it judged. A client that asks meanwhile joins in. Never rejects. */
export async function fetchAhead(
  artifacts: Pick<ArtifactService, 'open'>,
  listed: ListedFile,
): Promise<AheadResult> {
  try {
    const artifact = await artifacts.open(listed, { isAhead: true });
    if (artifact.kind === 'stored') await artifact.blob.close();
    if (artifact.kind === 'filling') return (await artifact.fill.ended).kind;
    return artifact.kind === 'refused' ? 'refused' : 'allowed';
  } catch {
    // A client that requests it receives the reason.
    return 'failed';
  }
}
