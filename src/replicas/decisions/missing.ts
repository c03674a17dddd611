import type { Missing } from '../../decisions/fleet-reader.js';
import { isThere, type KnownReplica } from '../members/roster.js';
import type { ArchiveStates } from './archive/archive-states.js';
import { wordsOf } from './archive/objects.js';

/** A replica without an upload for this long is reported, in milliseconds. */
const LATE = 2 * 3_600_000;

export interface Coverage {
  /** The replica's own name, whose decisions are in its own log. */
  readonly self: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Present and former replicas. */
  readonly replicas: readonly KnownReplica[];
  /** The replicas with received decisions. */
  readonly heard: readonly string[];
  /** The missed decisions. */
  readonly missed: readonly Missing[];
  /** The start of the stored received decisions, ISO 8601; undefined for none. */
  readonly heardSince: string | undefined;
  /** Each replica's statement about its uploads; undefined without an archive. */
  readonly states: (() => Promise<ArchiveStates>) | undefined;
}

/**
 * Decisions of other replicas that are not available here: each gap is reported, because it would look like a time
 * without requests.
 */
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

/** Without an archive, only received decisions are available. */
function beforeHearing({ self, now, replicas, heard, heardSince }: Coverage): Missing[] {
  const names = new Set([...heard, ...replicas.map(({ name }) => name)]);
  names.delete(self);
  const to = heardSince ?? new Date(now).toISOString();
  return [...names].map((replica) => ({ replica, from: undefined, to, why: 'archive' }));
}

/** A present replica has not ended, so a statement of its end is an old one that was replayed. */
function isHere(name: string, replicas: readonly KnownReplica[]): boolean {
  return replicas.some((one) => one.name === name && isThere(one));
}

/** An archived decision need not have been received. */
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
    // It is reported with a better reason.
    if (!open.has(replica)) missing.push({ replica, from, to: undefined, why: 'archive' });
  };
  for (const [replica, { upTo, ended }] of states)
    if (replica !== self && !(ended && !isHere(replica, replicas)) && now - upTo > LATE)
      add(replica, upTo);
  for (const { name, started } of replicas)
    if (name !== self && !states.has(name) && now - started > LATE) add(name, started);
  return missing;
}
