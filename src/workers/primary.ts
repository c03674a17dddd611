import { createFleet } from '../compose/fleet.js';
import type { Troubles } from '../compose/folder-troubles.js';
import { createJudge } from '../compose/judge.js';
import { createMachine, type KeptMachine } from '../compose/machine.js';
import { notifying } from '../compose/notifications.js';
import type { Outside } from '../compose/outside.js';
import { createProcess, type Process } from '../compose/process.js';
import { createRedis } from '../compose/redis.js';
import { watchExposure } from '../compose/watch-exposure.js';
import type { Config } from '../config/config.js';
import type { MalwareFeed } from '../domain/malware-feed.js';
import { counted } from '../domain/plural.js';
import { type Fleet, learn } from '../fleet/fleet.js';
import { dividedBy } from './divided-by.js';
import { type Member, Members } from './members.js';
import { PrimaryInForce } from './primary-in-force.js';
import { PrimaryLeases } from './primary-leases.js';
import { PrimaryLive } from './primary-live.js';
import { PrimaryMetrics } from './primary-metrics.js';
import { PrimaryNews } from './primary-news.js';
import { answerProjects } from './primary-projects.js';
import { answerQueries } from './primary-queries.js';
import { PrimaryRoom } from './primary-room.js';
import { PrimaryRuns } from './primary-runs.js';
import { PrimaryShortLeases } from './primary-short-leases.js';
import { PrimaryStartPlaces } from './primary-start-places.js';
import { Watchdog } from './watchdog.js';
import type { Parts, ToWorker, Where } from './words.js';

/** Several workers that serve one port, and the process with their shared parts. */
export interface Primary {
  /** Starts the workers. @returns their address for package clients @throws if one of them cannot start */
  listen(): Promise<Where>;
  /** The dashboard's address, once it serves; undefined without a separate port. */
  readonly dashboardAddress: Where | undefined;
  /** The mode of the policy in force. */
  readonly mode: 'enforce' | 'dry-run';
  /** Reads policy and tokens immediately. */
  reload(): void;
  /** Lets the workers finish their requests, and ends them. */
  close(): Promise<void>;
}

/** @param count the number of workers @throws {PolicyError} if the policy is invalid */
export async function createPrimary(
  config: Config,
  outside: Outside,
  count: number,
): Promise<Primary> {
  const process = createProcess(outside);
  const { closing } = process;
  try {
    const redis = await createRedis(config, process);
    const machine = await createMachine(config, process, redis);
    const alone = await createFleet(config, process, machine, undefined, redis);
    const fleet = await notifying(config, process, machine, alone);
    const judge = createJudge(process, machine, fleet.stores, fleet.decisionQueries);
    watchExposure(config, process, machine, fleet, judge);
    const members = createMembers(config, process, machine, fleet, count);
    const { policies, feed, tokens } = machine;
    let dashboardAddress: Where | undefined;
    return {
      listen: async () => {
        await feed?.start();
        redis?.events.begin();
        await machine.replicas?.begin();
        try {
          const { clients, dashboard } = await members.start();
          dashboardAddress = dashboard;
          return clients;
        } catch (error) {
          await closing.close();
          throw error;
        }
      },
      get dashboardAddress() {
        return dashboardAddress;
      },
      get mode() {
        return policies.meaning.mode;
      },
      reload: () => {
        void policies.reload();
        void tokens?.reload();
        for (const { channel } of members.all) channel.tell('reload', undefined);
      },
      close: () => closing.close(),
    };
  } catch (error) {
    await closing.close();
    throw error;
  }
}

/** The workers, with the handlers of their requests to their machine and to the fleet. */
function createMembers(
  config: Config,
  process: Process,
  machine: KeptMachine,
  fleet: Fleet,
  count: number,
): Members {
  const { health, log, closing } = process;
  const leases = new PrimaryLeases(fleet.leases);
  const shortLeases = new PrimaryShortLeases(fleet.shortLeases);
  const news = new PrimaryNews(fleet.news, () => members.all);
  const startPlaces = new PrimaryStartPlaces(() => members.all, process.now);
  const metrics = new PrimaryMetrics(process.metrics, () => members.all);
  const runs = new PrimaryRuns(machine.runs, log);
  const live = new PrimaryLive(fleet.liveDecisions);
  const room = new PrimaryRoom(machine);
  const watchdog = new Watchdog({
    every: (callback) => every(process, 1_000, callback),
    onSilent: (member, seconds) =>
      members.replace(member, `a worker has not reported its policy for ${seconds} s`),
  });
  const inForce = keepInForce(machine, (member) => watchdog.heard(member));
  news.onTold((learnt) => learn(fleet.stores, learnt));
  const members = new Members({
    count,
    grace: config.server.shutdownGrace,
    log,
    onBegin: (member) => {
      leases.attend(member.channel);
      shortLeases.attend(member.channel);
      news.attend(member);
      startPlaces.attend(member);
      metrics.attend(member);
      live.attend(member);
      room.attend(member);
      attendTroubles(member.channel, machine.troubles);
      inForce.attend(member);
      watchdog.attend(member);
      attend(member);
    },
    onEnd: (member) => {
      leases.dismiss(member.channel);
      metrics.dismiss(member);
      live.dismiss(member);
      room.dismiss(member);
      inForce.dismiss(member);
      watchdog.dismiss(member);
      runs.dismiss(member);
    },
    onCount: (serving, trouble) => {
      if (serving === count) return health.set('workers', 'ok');
      const said = [`${serving} of ${counted(count, 'worker')} serving`, trouble].filter(Boolean);
      health.set('workers', 'degraded', said.join('; '));
    },
  });
  const divided = dividedBy(config, count);

  function attend(member: Member): void {
    const { channel, number } = member;
    channel.onAsked('welcome', async ({ run }) => {
      runs.begin(member, run);
      return { number, config: divided, health: health.parts() };
    });
    if (fleet.projects !== undefined) answerProjects(channel, fleet.projects);
    answerQueries(channel, fleet.decisionQueries);
    channel.onAsked('service-state', machine.state);
    channel.onAsked('missing-decisions', fleet.missingDecisions);
    channel.onAsked('policy-report', ({ comments }) => machine.policyReports.report(comments));
    channel.onAsked('policy-file', (asked) => machine.policyReports.file(asked));
    channel.onAsked('decision', async (record) => {
      await fleet.decisions.append(record);
      return undefined;
    });
  }

  health.onChange((part) => {
    for (const { channel } of members.all) channel.tell('health', part);
  });
  closing.add(async () => {
    health.set('server', 'failed', 'stopping');
    await members.stop();
  });
  return members;
}

/** Forwards each change of policy, feed and tokens. */
function keepInForce(
  { policies, feed, tokens }: KeptMachine,
  onHeld: (member: Member) => void,
): PrimaryInForce {
  const policyText = (): Parts['policy'] => {
    const { meaning, current } = policies;
    return { meaning, revision: current.revision };
  };
  const inForce = new PrimaryInForce(
    { policy: policyText(), tokens: tokens?.entries, feed: feedText(feed?.current) },
    {
      clock: () => performance.now(),
      after: (milliseconds, callback) => void setTimeout(callback, milliseconds),
      onHeld,
    },
  );
  policies.onChange(() => inForce.change('policy', policyText()));
  tokens?.onChange((entries) => inForce.change('tokens', entries));
  feed?.onChange((next) => inForce.change('feed', feedText(next)));
  return inForce;
}

/** A worker reads the file itself, because it has tens of MiB. */
function feedText(feed: MalwareFeed | undefined): Parts['feed'] {
  return feed?.syncedAt === undefined ? undefined : { syncedAt: feed.syncedAt };
}

function every({ closing }: Process, milliseconds: number, callback: () => void): void {
  const timer = setInterval(callback, milliseconds);
  closing.add(() => clearInterval(timer));
}

/** A problem with the data folder that one worker finds is reported by all. */
function attendTroubles(worker: ToWorker, troubles: Troubles): void {
  worker.onTold('trouble', ({ cause, detail, path }) => troubles.tell(cause, detail, path));
  worker.onTold('unreadable', ({ path, why }) => troubles.unreadable(path, why));
}
