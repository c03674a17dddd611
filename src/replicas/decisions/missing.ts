import type { Missing } from '../../decisions/fleet-reader.js';
import { isThere, type KnownReplica } from '../members/roster.js';
import type { ArchiveStates } from './archive/archive-states.js';
import { wordsOf } from './archive/objects.js';

/** Whoever has put nothing into the archive for so long is named, in milliseconds. */
const LATE = 2 * 3_600_000;

export interface Coverage {
  /** The own name: what this one has decided is in its own log. */
  readonly self: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Who is known to be there, or to have been. */
  readonly replicas: readonly KnownReplica[];
  /** Of whom anything was heard. */
  readonly heard: readonly string[];
  /** What was not heard. */
  readonly missed: readonly Missing[];
  /** The first moment of which anything is kept that was heard, ISO 8601; undefined for none. */
  readonly heardSince: string | undefined;
  /** What each has put into the archive; undefined where there is none. */
  readonly states: (() => Promise<ArchiveStates>) | undefined;
}

/** Decisions of the others that nobody finds from here: each is named, for a hole looks like nobody had asked. */
export async function missingOf(coverage: Coverage): Promise<Missing[]> {
  const { states, missed } = coverage;
  if (states === undefined) return [...missed, ...beforeHearing(coverage)];
  try {
    return notArchived(coverage, await states());
  } catch (error) {
    const replica = `the decision log files in S3 are unknown (${wordsOf(error)}): all of them may be missing`;
    return [...missed, { replica, from: undefined, to: undefined, why: 'archive' }];
  }
}

/** Without an archive there is no more of the others than was heard. */
function beforeHearing({ self, now, replicas, heard, heardSince }: Coverage): Missing[] {
  const names = new Set([...heard, ...replicas.map(({ name }) => name)]);
  names.delete(self);
  const to = heardSince ?? new Date(now).toISOString();
  return [...names].map((replica) => ({ replica, from: undefined, to, why: 'archive' }));
}

/** Whoever is there has not ended: an old word that it has was put back. */
function isHere(name: string, replicas: readonly KnownReplica[]): boolean {
  return replicas.some((one) => one.name === name && isThere(one));
}

/** What is in the archive need not have been heard. */
function notArchived({ self, now, replicas, missed }: Coverage, states: ArchiveStates): Missing[] {
  const missing: Missing[] = [];
  for (const one of missed) {
    const upTo = (one.replica && states.get(one.replica)?.upTo) || Number.NEGATIVE_INFINITY;
    if (one.to !== undefined && Date.parse(one.to) <= upTo) continue;
    const isThereFrom = one.from === undefined || Date.parse(one.from) < upTo;
    missing.push(isThereFrom && upTo > 0 ? { ...one, from: new Date(upTo).toISOString() } : one);
  }
  const open = new Set(missing.filter(({ to }) => to === undefined).map(({ replica }) => replica));
  const add = (replica: string, since: number): void => {
    const from = new Date(since).toISOString();
    // It is named with a better reason.
    if (!open.has(replica)) missing.push({ replica, from, to: undefined, why: 'archive' });
  };
  for (const [replica, { upTo, ended }] of states)
    if (replica !== self && !(ended && !isHere(replica, replicas)) && now - upTo > LATE)
      add(replica, upTo);
  for (const { name, started } of replicas)
    if (name !== self && !states.has(name) && now - started > LATE) add(name, started);
  return missing;
}
