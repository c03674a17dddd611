import type { LiveDecisions } from '../decisions/live-decisions.js';
import type { NamedDecision } from '../decisions/queries/decision-queries.js';

/**
 * The last decisions, the oldest first.
 * @param after an ID: only later ones, if it is still among them
 */
export async function recentAfter(
  live: LiveDecisions,
  after: string | undefined,
): Promise<readonly NamedDecision[]> {
  const recent = await live.recent();
  return recent.slice(recent.findIndex(({ id }) => id === after) + 1);
}
