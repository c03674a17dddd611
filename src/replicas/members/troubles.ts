import { isThere, type KnownReplica, type Roster } from './roster.js';

/** The maximum clock error, in milliseconds. */
const MOST_SKEW = 5_000;
/** Maximum number of listed names. */
const MOST_NAMED = 5;

export interface ReplicasSeen {
  readonly roster: Roster;
  /** Whether they have had different policies for too long. */
  readonly disagree: boolean;
  /** Redis' clock minus this machine's, in milliseconds; undefined if unknown. */
  readonly ahead: number | undefined;
}

/** The problems of the fleet, one clause each. */
export function troublesOf({ roster, disagree, ahead = 0 }: ReplicasSeen): string[] {
  const { replicas, namesakes, asOf } = roster;
  const silent = replicas.filter(({ state }) => state === 'silent');
  const troubles: string[] = [];
  if (asOf !== undefined) {
    const known = replicas.filter(({ state }) => state === 'last-known').map(({ name }) => name);
    const who = known.length === 0 ? '' : `; last known: ${listed(known)}`;
    troubles.push(`Redis has not responded since ${new Date(asOf).toISOString()}${who}`);
  }
  if (disagree)
    troubles.push(
      `the replicas use different policies: ${listed(replicas.filter(isThere).map(withRevision))}`,
    );
  if (silent.length > 0) troubles.push(`silent: ${listed(silent.map(withTime))}`);
  if (namesakes.length > 0)
    troubles.push(`several replicas are named ${listed(namesakes)}; names must be unique`);
  if (Math.abs(ahead) > MOST_SKEW) troubles.push(`the local clock is ${skewed(ahead)}`);
  return troubles;
}

function withRevision({ name, revision }: KnownReplica): string {
  return `${name} ${revision}`;
}

function withTime({ name, at }: KnownReplica): string {
  return `${name} since ${new Date(at).toISOString()}`;
}

function skewed(ahead: number): string {
  const seconds = Math.round(Math.abs(ahead) / 1_000);
  return `${seconds} s ${ahead > 0 ? 'behind' : 'ahead of'} that of Redis`;
}

function listed(texts: readonly string[]): string {
  const more = texts.length - MOST_NAMED;
  return [...texts.slice(0, MOST_NAMED), ...(more > 0 ? [`${more} more`] : [])].join(', ');
}
