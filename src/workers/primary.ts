import { join } from 'node:path';
import { type Keeper, makeKeeper } from '../compose/keeper.js';
import type { Outside } from '../compose/outside.js';
import { watchExposure } from '../compose/watch-exposure.js';
import type { Config } from '../config/config.js';
import { NO_FEED } from '../domain/malware-feed.js';
import { settingsName } from '../inspection/limits.js';
import { MetricSum } from '../observe/metric-sum.js';
import { withDeadline } from '../runtime/deadline.js';
import { DiskAttestationStore } from '../store/disk/disk-attestation-store.js';
import { DiskFindingsStore } from '../store/disk/disk-findings-store.js';
import { DiskSpool } from '../store/disk/disk-spool.js';
import { Judge } from '../verdicts/judge.js';
import { Crew, type Member } from './crew.js';
import { dividedBy } from './divided-by.js';
import { PrimaryLeases } from './primary-leases.js';
import { PrimaryNews } from './primary-news.js';
import type { PolicyText } from './words.js';

/** Several workers that serve on one port, and the process that keeps what they have in common. */
export interface Primary {
  /** Starts the workers. @returns where they listen @throws where one of them cannot begin */
  listen(): Promise<{ readonly address: string; readonly port: number }>;
  /** Reads policy and tokens at once. */
  reload(): void;
  /** Lets the workers finish what is under way, and ends them. */
  close(): Promise<void>;
}

/** A worker makes a policy ready, or says what it has counted, in so many milliseconds; else it is left out. */
const POLICY_PATIENCE = 10_000;
const METRICS_PATIENCE = 2_000;

/**
 * @param count workers
 * @throws {PolicyError} where the policy does not validate
 */
export async function makePrimary(
  config: Config,
  outside: Outside,
  count: number,
): Promise<Primary> {
  const { now, log } = outside;
  const keeper = await makeKeeper(config, outside);
  const findings = new DiskFindingsStore(
    join(config.data, 'findings'),
    settingsName(config.inspection.limits),
  );
  const attestations = new DiskAttestationStore(join(config.data, 'attestations'));
  const { policies, feed, health } = keeper;
  const judge = new Judge(policies, findings, attestations, now, () => feed?.current ?? NO_FEED);
  const exposure = watchExposure(config, outside, keeper, judge, findings);

  const leases = new PrimaryLeases(keeper.leases);
  const news = new PrimaryNews(keeper.news, () => crew.members);
  news.onTold((learnt) => {
    if (learnt.kind === 'findings') findings.learn(learnt.project, learnt.inspection);
    else if (learnt.kind === 'attestation') attestations.learn(learnt.project, learnt.record);
  });
  const sum = new MetricSum();
  const crew = new Crew({
    count,
    grace: config.server.shutdownGrace,
    log,
    onBegin: (member) => {
      leases.attend(member.channel);
      news.attend(member);
      attend(member);
    },
    onEnd: (member) => {
      leases.dismiss(member.channel);
      void sum.depart(member.id);
      // What it was receiving is nobody's.
      void new DiskSpool(join(config.data, 'spool')).sweep();
    },
    onCount: (serving) => {
      if (serving === count) health.set('workers', 'ok');
      else health.set('workers', 'degraded', `${serving} of ${count} workers serve`);
    },
  });
  const shareOf = dividedBy(config, count);

  function attend({ channel, slot }: Member): void {
    channel.onAsked('welcome', async () => ({
      slot,
      config: shareOf,
      policy: textOf(keeper),
      health: health.parts(),
    }));
    channel.onAsked('decision', async (record) => {
      await keeper.decisions.append(record);
      return undefined;
    });
    channel.onAsked('room', ({ cache, bytes, minFree }) =>
      keeper.rooms[cache].makeRoom(bytes, minFree),
    );
    channel.onTold('use', ({ cache, name, size }) => keeper.rooms[cache].use(name, size));
    channel.onTold('forget', ({ cache, name }) => keeper.rooms[cache].forget(name));
    channel.onAsked('metrics', allMetrics);
  }

  async function allMetrics(): Promise<string> {
    sum.note(0, await keeper.metrics.snapshot());
    await Promise.allSettled(
      crew.members.map(async ({ id, channel }) =>
        sum.note(id, await withDeadline(METRICS_PATIENCE, channel.ask('metrics', undefined))),
      ),
    );
    return sum.text();
  }

  health.onChange((part) => {
    for (const { channel } of crew.members) channel.tell('health', part);
  });
  let edits: Promise<unknown> = Promise.resolve();
  policies.onChange(() => {
    edits = edits.then(() => hand(keeper, crew));
  });
  feed?.onChange(() => {
    for (const { channel } of crew.members) channel.tell('feed', undefined);
  });
  return {
    listen: async () => {
      await feed?.start();
      try {
        return await crew.start();
      } catch (error) {
        await close();
        throw error;
      }
    },
    reload: () => {
      void policies.reload();
      for (const { channel } of crew.members) channel.tell('reload', undefined);
    },
    close,
  };

  async function close(): Promise<void> {
    health.set('server', 'failed', 'stopping');
    keeper.stopWatching();
    await crew.stop();
    await exposure.close();
    await keeper.close();
  }
}

/** All workers make the policy ready first, and take it over then: not one after the other, as each gets there. */
async function hand(keeper: Keeper, crew: Crew): Promise<void> {
  const { members } = crew;
  const text = textOf(keeper);
  await Promise.allSettled(
    members.map(({ channel }) =>
      withDeadline(POLICY_PATIENCE, channel.ask('prepare-policy', text)),
    ),
  );
  for (const { channel } of members) channel.tell('policy', { revision: text.revision });
}

function textOf({ loaded: { meaning, policy } }: Keeper): PolicyText {
  return { meaning: meaning!, revision: policy!.revision };
}
