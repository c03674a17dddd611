import type { WhoseRequests } from '../decisions/queries/decision-queries.js';
import type { DecisionRecord } from '../decisions/record.js';

/** The reader's permissions for a page. */
export interface Reader {
  /** The owner of the token; undefined if no token is required. */
  readonly user: string | undefined;
  /** Whether names, addresses and agents of clients are shown. */
  readonly seesIdentities: boolean;
  /** Makes pseudonyms of clients; undefined for a key of this process. */
  readonly pseudonymKey?: Uint8Array | undefined;
}

/** Whose requests a reader may see one by one. */
export function whoseRequests({ user, seesIdentities }: Reader): WhoseRequests {
  if (seesIdentities) return 'everybody';
  return user === undefined ? 'nobody' : { user };
}

/** Whether a reader may see the client of a decision: of all decisions, or only their own. */
export function maySee({ user, seesIdentities }: Reader, record: DecisionRecord): boolean {
  return seesIdentities || (user !== undefined && record.user === user);
}
