import { fieldOf, type ReplicaEntry } from './replica-entry.js';

/** The interval of heartbeats, in milliseconds. */
export const BEAT = 5_000;
/** A replica without a heartbeat for this long is silent, in milliseconds: two may be lost. */
export const SILENT_AFTER = 3 * BEAT;
/** A replica that is silent for this long is forgotten, in milliseconds: it was removed without notice. */
export const FORGOTTEN_AFTER = 3_600_000;

/** A replica as the others know it. */
export interface KnownReplica extends ReplicaEntry {
  /** `self` is the reporting replica; `last-known` was present before Redis stopped responding. */
  readonly state: 'self' | 'present' | 'silent' | 'last-known';
}

/** All known replicas at one time. */
export interface Roster {
  /** One per name, sorted by name. */
  readonly replicas: readonly KnownReplica[];
  /** Names of several present replicas. */
  readonly namesakes: readonly string[];
  /** If Redis does not respond: its last response, by its clock, in milliseconds since 1970. */
  readonly asOf?: number | undefined;
}

/**
 * The present replicas, from their entries.
 * @param self this replica's entry, which may be missing from the others
 * @param now by Redis' clock, in milliseconds since 1970
 * @param answersSince when Redis started to respond, by its clock: no entry can be older than that
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

/**
 * The same while Redis does not respond, when the present replicas are unknown. @param asOf its last response, by its
 * clock
 */
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

/** Whether a replica is known to be present. */
export function isThere({ state }: Pick<KnownReplica, 'state'>): boolean {
  return state === 'self' || state === 'present';
}

/** Whether an entry may be removed. @param now by Redis' clock */
export function isForgotten({ at }: ReplicaEntry, now: number): boolean {
  return now - at > FORGOTTEN_AFTER;
}

/** The number of present replicas per policy revision. */
export function revisionsOf({ replicas }: Roster): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { revision } of replicas.filter(isThere))
    counts.set(revision, (counts.get(revision) ?? 0) + 1);
  return counts;
}

/** This replica comes before all others with its name. */
function isBefore(a: ReplicaEntry, b: ReplicaEntry, self: ReplicaEntry): boolean {
  if (fieldOf(a) === fieldOf(self)) return false;
  return fieldOf(b) === fieldOf(self) || a.at < b.at;
}

/** A restarted replica leaves its old entry, which has not been renewed since the new run started. */
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
