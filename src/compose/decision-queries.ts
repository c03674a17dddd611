import type { Missing } from '../decisions/fleet-reader.js';
import type { LogSearch } from '../decisions/log-search.js';
import type { DecisionQueries } from '../decisions/queries/decision-queries.js';
import { LogQueries } from '../decisions/queries/log-queries.js';
import type { RollupKeeper } from '../decisions/rollups/rollup-keeper.js';
import { type IsSettled, settledBy } from '../policy/settled.js';
import type { KeptMachine } from './machine.js';
import type { Process } from './process.js';

/** Queries on the decisions, for the process that keeps their log. */
export function createDecisionQueries(
  search: LogSearch,
  { now }: Process,
  { policies }: KeptMachine,
  keeper: RollupKeeper,
  missed: (() => readonly Missing[]) | undefined,
): DecisionQueries {
  let settled: IsSettled = settledBy(policies.meaning);
  policies.onChange(() => {
    settled = settledBy(policies.meaning);
  });
  return new LogQueries({
    search,
    keeper,
    missed,
    now,
    isSettled: (group) => settled(group, now()),
  });
}
