import type { LiveDecisions } from '../decisions/live-decisions.js';
import type { NamedDecision } from '../decisions/queries/decision-queries.js';

/**
 * The last decisions, the oldest first.
 * @param after the name of one: only those that follow it, where it is still among them
 */
export async function recentAfter(
  live: LiveDecisions,
  after: string | undefined,
): Promise<readonly NamedDecision[]> {
  const recent = await live.recent();
  return recent.slice(recent.findIndex(({ id }) => id === after) + 1);
}
