import type {
  NamedDecision,
  Overview,
  RefusalGroup,
} from '../decisions/queries/decision-queries.js';
import type { DecisionRecord } from '../decisions/record.js';
import { maySee, type Reader } from './reader.js';

/** Who asked. */
type Asker = 'client' | 'forwarded' | 'user' | 'userAgent';

/** A decision without what its reader may not know of who asked. */
export interface SeenDecision
  extends Omit<DecisionRecord, Asker>,
    Partial<Pick<DecisionRecord, Asker>> {
  readonly id: string;
}

/** A decision as a reader may see it; undefined where it is another's, and readers have names of their own. */
export function seenDecision(
  { id, decision }: NamedDecision,
  reader: Reader,
): SeenDecision | undefined {
  if (maySee(reader, decision)) return { id, ...decision };
  if (reader.user !== undefined) return undefined;
  const { client: _, forwarded: _f, user: _u, userAgent: _a, ...rest } = decision;
  return { id, ...rest };
}

/** A group as a reader may see it: among its users only oneself, and how many there are. */
export function seenGroup(group: RefusalGroup, reader: Reader): RefusalGroup {
  if (reader.seesIdentities) return group;
  const users = group.users.filter((user) => user === reader.user);
  return { ...group, users, moreUsers: group.moreUsers + group.users.length - users.length };
}

export function seenOverview(overview: Overview, reader: Reader) {
  const seen = (groups: readonly RefusalGroup[]) => groups.map((group) => seenGroup(group, reader));
  return {
    ...overview,
    groups: seen(overview.groups),
    unresolved: seen(overview.unresolved),
    newest: overview.newest.flatMap((named) => seenDecision(named, reader) ?? []),
  };
}
