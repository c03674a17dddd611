import type { WhoseRequests } from '../decisions/queries/decision-queries.js';
import type { DecisionRecord } from '../decisions/record.js';

/** Who looks, as far as it matters to what is shown. */
export interface Reader {
  /** Whom the token belongs to; undefined where nobody has to show one. */
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

/** Whether a reader may know who a decision was about: everybody, or nobody but oneself. */
export function maySee({ user, seesIdentities }: Reader, record: DecisionRecord): boolean {
  return seesIdentities || (user !== undefined && record.user === user);
}
