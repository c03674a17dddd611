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

/** Who begins waits no longer to know of the others, in milliseconds. */
const PATIENCE = 3_000;

/** On which replicas tell each other that they go by another policy, or share one. */
export const POLICY_CHANNEL = 'policy';

/** Replicas that share this cache, as one of them knows it. */
export interface Replicas {
  readonly known: readonly KnownReplica[];
  /** The same, as the dashboard shows it. */
  readonly notes: readonly ReplicaNote[];
  /** Those that are there beside this one. */
  readonly others: readonly KnownReplica[];
  /** Where Redis does not answer: when it last did, ISO 8601. What is known of the others is as of then. */
  readonly asOf: string | undefined;
  /** Milliseconds since 1970, by Redis' clock as far as it is known. */
  readonly now: number;
  /** Says now that this one is there, and asks for the others. */
  beat(): void;
  /** Calls back with who is there, after each word. To be called before `begin`. */
  onRoster(listener: (roster: Roster) => void): void;
  /** @param decided how far this one has decided: the others are told. To be called before `begin` */
  tellDecided(decided: () => Decided): void;
  /** Begins to say that this one is there. Resolves once it knows of the others, or soon. */
  begin(): Promise<void>;
}

/** @returns undefined without a secret: nobody could believe what another says */
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
    // Nobody who is served waits for it.
    void heartbeat.beat().then(() => events.send(POLICY_CHANNEL, ''));
  });
  events.on(POLICY_CHANNEL, () => {
    void heartbeat.beat();
    void shared?.look();
  });
  // Of what was sent meanwhile nobody knows.
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
      // A policy that others share holds before the first request.
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
