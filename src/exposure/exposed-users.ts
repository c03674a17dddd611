import type { Delivery } from './delivery.js';
import type { Exposed } from './exposure.js';

/** The files held by one user, or by one address if its requests were anonymous. */
export interface ExposedUser {
  readonly who: string;
  /** Whether `who` is a name. Otherwise it is an address. */
  readonly isNamed: boolean;
  /** Requests by delivery result. */
  readonly counts: Readonly<Record<Delivery, number>>;
  /** Bytes sent. */
  readonly bytes: number;
  /** ISO 8601. */
  readonly first: string;
  readonly last: string;
  /** The first client addresses and user agents of a named user. */
  readonly addresses: readonly string[];
  readonly moreAddresses: number;
  readonly agents: readonly string[];
  readonly moreAgents: number;
}

/** The maximum number of addresses and agents per user. */
const MOST = 5;

interface Tally {
  readonly who: string;
  readonly isNamed: boolean;
  readonly counts: Record<Delivery, number>;
  bytes: number;
  first: string;
  last: string;
  readonly addresses: Set<string>;
  readonly agents: Set<string>;
}

/** @param requests the oldest first @returns users with the whole file first, then by the latest delivery */
export function exposedUsers(requests: readonly Exposed[]): ExposedUser[] {
  const tallies = new Map<string, Tally>();
  for (const request of requests) {
    const { user, time, delivery, bytes, userAgent } = request;
    const address = request.forwarded ?? request.client;
    // A user may be called like an address.
    const key = `${user === undefined ? 'at' : 'by'} ${user ?? address}`;
    const tally = tallies.get(key) ?? {
      who: user ?? address,
      isNamed: user !== undefined,
      counts: { whole: 0, part: 0, early: 0, had: 0, prefix: 0, refused: 0, locked: 0 },
      bytes: 0,
      first: time,
      last: time,
      addresses: new Set(),
      agents: new Set(),
    };
    tallies.set(key, tally);
    tally.counts[delivery] += 1;
    tally.bytes += bytes;
    tally.last = time;
    tally.addresses.add(address);
    if (userAgent !== undefined) tally.agents.add(userAgent);
  }
  return [...tallies.values()].sort(byExposure).map((tally) => ({
    ...tally,
    addresses: [...tally.addresses].slice(0, MOST),
    moreAddresses: Math.max(0, tally.addresses.size - MOST),
    agents: [...tally.agents].slice(0, MOST),
    moreAgents: Math.max(0, tally.agents.size - MOST),
  }));
}

/** Who has a file, or has had it; then who has some of it; then who has nothing. */
function rank({ counts: { whole, had, part, early, prefix } }: Tally): number {
  if (whole + had > 0) return 0;
  return part + early + prefix > 0 ? 1 : 2;
}

function byExposure(a: Tally, b: Tally): number {
  return rank(a) - rank(b) || (a.last < b.last ? 1 : a.last > b.last ? -1 : 0);
}
