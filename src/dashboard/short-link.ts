import type { DecisionQueries } from '../decisions/queries/decision-queries.js';
import { asFailure, Failure } from '../domain/failure.js';
import { isShortId, type Linked } from '../domain/short-id.js';
import type { LinkStore } from '../store/link-store.js';

/** Who knows what short links mean. */
export interface LinkSources {
  readonly links: Pick<LinkStore, 'find'>;
  readonly decisionQueries: Pick<DecisionQueries, 'refusedFiles'>;
}

/**
 * The files that a short link means: what was noted at a refusal, else what is remembered of all that was refused. The log
 * is not searched: anybody may ask for anything.
 * @throws {Failure} where what was noted cannot be read just now, and nothing else is known
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
