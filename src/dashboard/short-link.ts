import type { DecisionQueries } from '../decisions/queries/decision-queries.js';
import { asFailure, Failure } from '../domain/failure.js';
import { isShortId, type Linked } from '../domain/short-id.js';
import type { LinkStore } from '../store/link-store.js';

/** The sources for resolving short links. */
export interface LinkSources {
  readonly links: Pick<LinkStore, 'find'>;
  readonly decisionQueries: Pick<DecisionQueries, 'refusedFiles'>;
}

/**
 * The files of a short link: those stored at a refusal, or else those in the remembered refusals. The log is not
 * searched, because links are untrusted.
 * @throws {Failure} if the stored links are temporarily unreadable, and there is no other source
 */
export async function filesOfLink(
  id: string,
  { links, decisionQueries }: LinkSources,
): Promise<readonly Linked[]> {
  if (!isShortId(id)) return [];
  const noted = await links.find(id).catch((error: unknown) => asFailure(error, UNREADABLE));
  if (!(noted instanceof Failure) && noted.length > 0) return noted;
  const refused = await decisionQueries.refusedFiles(id);
  if (refused.length === 0 && noted instanceof Failure) throw noted;
  return refused;
}

const UNREADABLE = 'This link cannot be resolved at the moment.';
