import type {
  NamedDecision,
  Overview,
  RefusalGroup,
} from '../decisions/queries/decision-queries.js';
import type { DecisionRecord } from '../decisions/record.js';
import { maySee, type Reader } from './reader.js';

export { isAhead } from '../decisions/record.js';

/** Who asked. */
type Asker = 'client' | 'forwarded' | 'user' | 'userAgent';

/** A decision, without the client data that the reader is not permitted to see. */
export interface SeenDecision
  extends Omit<DecisionRecord, Asker>,
    Partial<Pick<DecisionRecord, Asker>> {
  readonly id: string;
}

/**
 * A decision with the data that a reader may see; undefined if it belongs to another user, and the reader is a named
 * user.
 */
export function seenDecision(
  { id, decision }: NamedDecision,
  reader: Reader,
): SeenDecision | undefined {
  if (maySee(reader, decision)) return { id, ...decision };
  if (reader.user !== undefined) return undefined;
  const { client: _, forwarded: _f, user: _u, userAgent: _a, ...rest } = decision;
  return { id, ...rest };
}

/** The decisions that a reader may see, with the visible data. */
export function seenDecisions(all: readonly NamedDecision[], reader: Reader): SeenDecision[] {
  return all.flatMap((named) => seenDecision(named, reader) ?? []);
}

/** A group of refusals, with the client data that the reader is permitted to see. */
export type SeenGroup<Group extends RefusalGroup = RefusalGroup> = Omit<Group, 'requests'> & {
  readonly requests?: readonly SeenDecision[];
};

/** Among the users of a group only oneself, and how many there are; among its requests only one's own. */
export function seenGroup<Group extends RefusalGroup>(
  group: Group,
  reader: Reader,
): SeenGroup<Group> {
  const { requests, ...rest } = group;
  const seen = requests && { requests: seenDecisions(requests, reader) };
  if (reader.seesIdentities) return { ...rest, ...seen };
  const users = group.users.filter((user) => user === reader.user);
  const moreUsers = group.moreUsers + group.users.length - users.length;
  return { ...rest, users, moreUsers, ...seen };
}

/** An overview as a reader may see it. */
export interface SeenOverview extends Omit<Overview, 'groups' | 'newest' | 'unresolved'> {
  readonly groups: readonly SeenGroup<Overview['groups'][number]>[];
  readonly newest: readonly SeenDecision[];
  readonly unresolved: readonly SeenGroup[];
}

export function seenOverview(overview: Overview, reader: Reader): SeenOverview {
  return {
    ...overview,
    groups: overview.groups.map((group) => seenGroup(group, reader)),
    unresolved: overview.unresolved.map((group) => seenGroup(group, reader)),
    newest: seenDecisions(overview.newest, reader),
  };
}
