import type { Config } from '../config/config.js';
import type { DecisionQueries } from '../decisions/queries/decision-queries.js';
import { LogQueries } from '../decisions/queries/log-queries.js';
import type { RollupKeeper } from '../decisions/rollups/rollup-keeper.js';
import { laterSpecifier } from '../domain/version.js';
import type { KeptMachine } from './machine.js';
import type { Process } from './process.js';

/** What is asked of the decisions, for the process that keeps their log. */
export function createDecisionQueries(
  { decisions }: Config,
  { now }: Process,
  { policies }: KeptMachine,
  keeper: RollupKeeper,
): DecisionQueries {
  return new LogQueries({
    file: decisions.file,
    keeper,
    now,
    isWaived: ({ project, version, rule }) =>
      policies.meaning.waivers.some(
        (waiver) =>
          waiver.rule === rule &&
          waiver.project === project &&
          waiver.expires > now() &&
          version !== undefined &&
          laterSpecifier(waiver.versions).matches(version),
      ),
  });
}
