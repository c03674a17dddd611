import { parseSha256 } from '../domain/digest.js';
import { parseProjectName } from '../domain/project-name.js';
import { isShortId, type Linked } from '../domain/short-id.js';
import type { LinkStore } from '../store/link-store.js';
import type { HistorySearch } from './history.js';

/** The files that a short link means: what was noted at a refusal, else what the decision log has under such a digest. */
export async function filesOfLink(
  id: string,
  { links, history }: { readonly links: LinkStore; readonly history: HistorySearch },
): Promise<readonly Linked[]> {
  if (!isShortId(id)) return [];
  const noted = await links.find(id);
  if (noted.length > 0) return noted;
  const record = await history.last({ sha256: id });
  const project = record && parseProjectName(record.project);
  if (project === undefined) return [];
  const filename = record!.filename.replace(/\.metadata$/, '');
  return [{ project, filename, sha256: parseSha256(record!.sha256) }];
}
