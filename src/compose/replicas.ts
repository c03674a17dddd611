import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config/config.js';
import type { ReplicaNote } from '../dashboard/replica-note.js';
import { INSPECTOR_VERSION } from '../inspection/inspector.js';
import type { PolicyWatcher } from '../policy/watcher.js';
import type { Decided } from '../replicas/decisions/hearing.js';
import { Agreement } from '../replicas/members/agreement.js';
import { Heartbeat } from '../replicas/members/heartbeat.js';
import {
  isThere,
  type KnownReplica,
  type Roster,
  revisionsOf,
} from '../replicas/members/roster.js';
import { troublesOf } from '../replicas/members/troubles.js';
import type { SharedPolicy } from '../replicas/policy/shared-policy.js';
import { Seal } from '../replicas/seal.js';
import { everyUnref } from '../runtime/change-watch.js';
import { VERSION } from '../runtime/package-root.js';
import type { Process } from './process.js';
import type { Redis } from './redis.js';

/** Maximum wait for the other replicas at the start, in milliseconds. */
const PATIENCE = 3_000;

/** Channel for the announcement of policy revisions and shared policies. */
export const POLICY_CHANNEL = 'policy';

/** Replicas that share this cache, as one of them knows it. */
export interface Replicas {
  readonly known: readonly KnownReplica[];
  /** The same, as the dashboard shows it. */
  readonly notes: readonly ReplicaNote[];
  /** The other replicas that are present. */
  readonly others: readonly KnownReplica[];
  /** If Redis is down: its last response, ISO 8601. The data on the others is from that time. */
  readonly asOf: string | undefined;
  /** Milliseconds since 1970, by Redis' clock if it is known. */
  readonly now: number;
  /** Sends a heartbeat now, and queries the others. */
  beat(): void;
  /** Called with the roster after each message. Must be set before `begin`. */
  onRoster(listener: (roster: Roster) => void): void;
  /** @param decided the log position of this replica, which the others receive. Must be set before `begin` */
  tellDecided(decided: () => Decided): void;
  /** Starts the heartbeat. Resolves when the others are known, or after a short timeout. */
  begin(): Promise<void>;
}

/** @returns undefined without a secret: messages could not be authenticated */
export function createReplicas(
  { replica }: Config,
  { now, log, metrics, health, closing }: Process,
  policies: PolicyWatcher,
  { line, events }: Redis,
  shared: SharedPolicy | undefined,
): Replicas | undefined {
  const { name, url, secret } = replica;
  if (secret === undefined) return undefined;
  const agreement = new Agreement({
    clock: () => performance.now(),
    onOther: () => policies.look(),
  });
  let said = '';
  let unsigned = 0;
  let decided: (() => Decided) | undefined;
  const listeners: ((roster: Roster) => void)[] = [];
  const onRoster = (roster: Roster): void => {
    agreement.note(roster);
    const held = shared?.seq ?? 0;
    if (roster.replicas.some(({ state, policySeq = 0 }) => state === 'present' && policySeq > held))
      void shared?.look();
    metrics.policyReplicas.reset();
    for (const [revision, count] of revisionsOf(roster))
      metrics.policyReplicas.set({ revision }, count);
    const counted = (state: KnownReplica['state']) =>
      roster.replicas.filter((one) => one.state === state).length;
    metrics.replicas.set({ state: 'present' }, roster.replicas.filter(isThere).length);
    for (const state of ['silent', 'last-known'] as const)
      metrics.replicas.set({ state }, counted(state));
    for (const listener of listeners) listener(roster);
    const ahead = heartbeat.ahead;
    const troubles = troublesOf({ roster, disagree: agreement.isBroken, ahead }).join('; ');
    const names = roster.replicas.map((one) => one.name).join(', ');
    health.set('replicas', troubles === '' ? 'ok' : 'degraded', troubles === '' ? names : troubles);
    if (troubles !== said && troubles !== '') log.warn(`replicas: ${troubles}`);
    said = troubles;
  };
  const heartbeat = new Heartbeat(
    { name, url, instance: randomUUID(), version: VERSION, inspector: INSPECTOR_VERSION },
    {
      line,
      seal: new Seal(secret),
      every: everyUnref,
      now,
      own: () => ({
        revision: policies.current.revision,
        policySeq: shared?.seq,
        decided: decided?.(),
      }),
      onRoster,
      onUnsigned: (count) => {
        metrics.unsignedValues.inc({ what: 'replicas' }, count);
        if (count > unsigned)
          log.warn({ count }, 'Redis lists replicas with another secret, which are ignored');
        unsigned = count;
      },
    },
  );
  closing.add(() => heartbeat.close());
  policies.onChange(() => {
    // Clients do not wait for it.
    void heartbeat.beat().then(() => events.announce(POLICY_CHANNEL));
  });
  events.on(POLICY_CHANNEL, () => {
    void heartbeat.beat();
    void shared?.look();
  });
  // Messages sent during a gap are lost.
  events.onGap(() => {
    void heartbeat.beat();
    void shared?.look();
  });
  return {
    get known() {
      return heartbeat.roster.replicas;
    },
    get notes() {
      return heartbeat.roster.replicas.map(noteOf);
    },
    get others() {
      return heartbeat.roster.replicas.filter(({ state }) => state === 'present');
    },
    get asOf() {
      const { asOf } = heartbeat.roster;
      return asOf === undefined ? undefined : new Date(asOf).toISOString();
    },
    get now() {
      return heartbeat.redisNow;
    },
    beat: () => void heartbeat.beat(),
    onRoster: (listener) => void listeners.push(listener),
    tellDecided: (source) => {
      decided = source;
    },
    begin: async () => {
      // A shared policy applies before the first request.
      await Promise.race([
        heartbeat.begin().then(() => shared?.begin()),
        sleep(PATIENCE, undefined, { ref: false }),
      ]);
    },
  };
}

function noteOf(replica: KnownReplica): ReplicaNote {
  const { name, state, revision, version, inspector, started, at } = replica;
  const times = { started: new Date(started).toISOString(), at: new Date(at).toISOString() };
  return { name, state, revision, version, inspector, ...times };
}
