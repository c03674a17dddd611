import type { DecisionQueries, OverviewRange } from '../decisions/queries/decision-queries.js';
import type { Reader } from './reader.js';
import { type SeenOverview, seenOverview } from './seen-decisions.js';
import type { ServiceState } from './service-state.js';

/** How the parts of the server are, as `/readyz` says it. */
export interface PartsState {
  readonly status: string;
  readonly parts: Readonly<Record<string, { readonly state: string; readonly detail?: string }>>;
}

/** The data of `/` and `/api/v1/overview`. */
export interface OverviewAnswer extends SeenOverview {
  readonly state: ServiceState & PartsState;
}

/** Where an overview comes from. */
export interface OverviewParts {
  readonly decisionQueries: Pick<DecisionQueries, 'overview'>;
  readonly serviceState: () => Promise<ServiceState>;
  readonly health: { report(): PartsState };
}

/** What a reader may see of the decisions of a range, and how the service is. */
export async function overviewFor(
  { decisionQueries, serviceState, health }: OverviewParts,
  range: OverviewRange,
  reader: Reader,
): Promise<OverviewAnswer> {
  // Among the newest of everybody there may be none of one's own.
  const user = reader.seesIdentities ? undefined : reader.user;
  const [overview, state] = await Promise.all([
    decisionQueries.overview(range, user),
    serviceState(),
  ]);
  return { state: { ...state, ...health.report() }, ...seenOverview(overview, reader) };
}

export type { Bar, ByRule, OverviewRange } from '../decisions/queries/decision-queries.js';
export { RANGES } from '../decisions/queries/decision-queries.js';
