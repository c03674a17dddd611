import type {
  DecisionQueries,
  RefusalFilter,
  RefusalGroup,
  RefusalPage,
  RefusalSort,
  RefusalsAsked,
} from '../decisions/queries/decision-queries.js';
import { badParameter } from '../domain/bad-parameter.js';
import { RULES } from '../domain/rules.js';
import type { Reader } from './reader.js';
import { type SeenGroup, seenGroup } from './seen-decisions.js';

export type { RefusalFilter, RefusalVerdict } from '../decisions/queries/decision-queries.js';
export { SORTS } from '../decisions/queries/decision-queries.js';

/** The part of a group that a row shows. */
export type RefusedGroupShown = Omit<RefusalGroup, 'requests'>;

/** The data of `/refusals` and `/api/v1/refusals`. */
export interface RefusalsAnswer extends Omit<RefusalPage, 'items'> {
  readonly items: readonly SeenGroup[];
}

/** The query, for display on the page. */
export interface RefusalsQuestion {
  readonly filter: RefusalFilter;
  readonly sort: RefusalSort;
  /** Cursor: `next` of the previous page. */
  readonly before: string | undefined;
}

/** A page of the refusals that a reader may see. @throws {Failure} bad-request for an unknown rule; as the query does */
export async function refusalsFor(
  queries: Pick<DecisionQueries, 'refusals'>,
  { filter, sort, before }: RefusalsQuestion,
  reader: Reader,
  asked: Pick<RefusalsAsked, 'most' | 'requests'> = {},
): Promise<RefusalsAnswer> {
  const page = await queries.refusals(filter, { ...asked, sort, cursor: before });
  if (filter.rule !== undefined && !isRule(filter.rule, page, before))
    throw badParameter('rule', `one of ${RULES.join(', ')}`);
  return { ...page, items: page.items.map((group) => seenGroup(group, reader)) };
}

/** Records of other versions may have further rules, also in a part of the log that is not counted or searched yet. */
function isRule(
  name: string,
  { rules, searchedBackTo, counted }: RefusalPage,
  before: string | undefined,
): boolean {
  if (RULES.some((rule) => rule === name) || Object.hasOwn(rules, name)) return true;
  return counted.kind !== 'whole' || searchedBackTo !== undefined || before !== undefined;
}
