import type { DecisionQueries, OverviewRange } from '../decisions/queries/decision-queries.js';
import type { Reader } from './reader.js';
import { type SeenOverview, seenOverview } from './seen-decisions.js';
import type { ServiceState } from './service-state.js';

/** The state of the server's parts, as in `/readyz`. */
export interface PartsState {
  readonly status: string;
  readonly parts: Readonly<Record<string, { readonly state: string; readonly detail?: string }>>;
}

/** The data of `/` and `/api/v1/overview`. */
export interface OverviewAnswer extends SeenOverview {
  readonly state: ServiceState & PartsState;
}

/** The sources of an overview. */
export interface OverviewParts {
  readonly decisionQueries: Pick<DecisionQueries, 'overview'>;
  readonly serviceState: () => Promise<ServiceState>;
  readonly health: { report(): PartsState };
}

/** The decisions of a range that a reader may see, and the state of the service. */
export async function overviewFor(
  { decisionQueries, serviceState, health }: OverviewParts,
  range: OverviewRange,
  reader: Reader,
): Promise<OverviewAnswer> {
  // The newest decisions of all users may include none of the reader's own.
  const user = reader.seesIdentities ? undefined : reader.user;
  const [overview, state] = await Promise.all([
    decisionQueries.overview(range, user),
    serviceState(),
  ]);
  return { state: { ...state, ...health.report() }, ...seenOverview(overview, reader) };
}

export type { Bar, ByRule, OverviewRange } from '../decisions/queries/decision-queries.js';
export { RANGES } from '../decisions/queries/decision-queries.js';
