import { fieldOf, type ReplicaEntry } from './replica-entry.js';

/** Between two words of a replica, in milliseconds. */
export const BEAT = 5_000;
/** Who has said nothing for so long is silent, in milliseconds: two words may be lost. */
export const SILENT_AFTER = 3 * BEAT;
/** Who has been silent for so long is forgotten, in milliseconds: it was taken away without a word. */
export const FORGOTTEN_AFTER = 3_600_000;

/** A replica as the others know it. */
export interface KnownReplica extends ReplicaEntry {
  /** `self` is the one that tells it; `last-known` was there before Redis stopped answering, and has not been heard of since. */
  readonly state: 'self' | 'present' | 'silent' | 'last-known';
}

/** All replicas that are known at one moment. */
export interface Roster {
  /** One of a name, in the order of their names. */
  readonly replicas: readonly KnownReplica[];
  /** Names that more than one of those present has. */
  readonly namesakes: readonly string[];
  /** Where Redis does not answer: when it last did, by its clock, in milliseconds since 1970. */
  readonly asOf?: number | undefined;
}

/**
 * Who is there, from what all have said of themselves.
 * @param self what this one says of itself, whether or not it is among the entries
 * @param now of Redis' clock, in milliseconds since 1970
 * @param answersSince since when Redis has answered, by its clock: nobody could say anything before
 */
export function rosterOf(
  entries: readonly ReplicaEntry[],
  self: ReplicaEntry,
  now: number,
  answersSince = Number.NEGATIVE_INFINITY,
): Roster {
  const byName = new Map<string, ReplicaEntry[]>([[self.name, [self]]]);
  for (const entry of entries) {
    if (fieldOf(entry) === fieldOf(self) || isForgotten(entry, now)) continue;
    const alike = byName.get(entry.name);
    if (alike === undefined) byName.set(entry.name, [entry]);
    else alike.push(entry);
  }
  const replicas: KnownReplica[] = [];
  const namesakes: string[] = [];
  for (const alike of byName.values()) {
    const newest = alike.reduce((a, b) => (isBefore(a, b, self) ? b : a));
    if (alike.some((other) => isNamesake(other, newest, now))) namesakes.push(newest.name);
    replicas.push({ ...newest, state: stateOf(newest, self, now, answersSince) });
  }
  replicas.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { replicas, namesakes: namesakes.sort() };
}

/** The same while Redis does not answer: nobody can tell who is still there. @param asOf when it last did, by its clock */
export function lastKnown(
  entries: readonly ReplicaEntry[],
  self: ReplicaEntry,
  asOf: number,
): Roster {
  const { replicas } = rosterOf(entries, self, asOf);
  const known = replicas.map((one) =>
    one.state === 'present' ? { ...one, state: 'last-known' as const } : one,
  );
  return { replicas: known, namesakes: [], asOf };
}

/** Whether a replica is known to be there. */
export function isThere({ state }: Pick<KnownReplica, 'state'>): boolean {
  return state === 'self' || state === 'present';
}

/** Whether an entry may be removed. @param now of Redis' clock */
export function isForgotten({ at }: ReplicaEntry, now: number): boolean {
  return now - at > FORGOTTEN_AFTER;
}

/** How many of those present have each policy revision. */
export function revisionsOf({ replicas }: Roster): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { revision } of replicas.filter(isThere))
    counts.set(revision, (counts.get(revision) ?? 0) + 1);
  return counts;
}

/** Oneself comes before all who are called alike. */
function isBefore(a: ReplicaEntry, b: ReplicaEntry, self: ReplicaEntry): boolean {
  if (fieldOf(a) === fieldOf(self)) return false;
  return fieldOf(b) === fieldOf(self) || a.at < b.at;
}

/** One that was restarted leaves what it said before: it has said nothing since the other began. */
function isNamesake(other: ReplicaEntry, newest: ReplicaEntry, now: number): boolean {
  if (other === newest || now - other.at > SILENT_AFTER) return false;
  return Math.min(other.at, newest.at) > Math.max(other.started, newest.started);
}

function stateOf(
  entry: ReplicaEntry,
  self: ReplicaEntry,
  now: number,
  answersSince: number,
): KnownReplica['state'] {
  if (fieldOf(entry) === fieldOf(self)) return 'self';
  if (now - entry.at <= SILENT_AFTER) return 'present';
  return now - answersSince <= SILENT_AFTER ? 'last-known' : 'silent';
}
