import type { AccessControl, TokenSource } from '../access/access-control.js';
import type { Config } from '../config/config.js';
import { PolicyEdits } from '../dashboard/policy-edits.js';
import { KeptPolicyReports, type PolicyReports } from '../dashboard/policy-reports.js';
import type { ServiceState } from '../dashboard/service-state.js';
import { type Confirmation, IN_FORCE } from '../domain/confirmation.js';
import type { MalwareFeed } from '../domain/malware-feed.js';
import type { FeedService } from '../feed/feed-service.js';
import type { PolicySource } from '../policy/policy.js';
import { readInThread } from '../policy/read-in-thread.js';
import type { PolicyWatcher } from '../policy/watcher.js';
import { everyUnref } from '../runtime/change-watch.js';
import type { Rooms } from '../store/cache-room.js';
import type { Runs } from '../store/disk/runs.js';
import type { Spaces } from '../store/space.js';
import type { Spool } from '../store/spool.js';
import { createAccess } from './access.js';
import { dataFolder } from './data-folder.js';
import { createFeed } from './feed.js';
import { FolderTroubles, type Troubles } from './folder-troubles.js';
import { ownDataFolder } from './own-data-folder.js';
import { createPolicies } from './policies.js';
import type { Process } from './process.js';
import type { Redis } from './redis.js';
import { createReplicas, type Replicas } from './replicas.js';
import { serviceState } from './service-state.js';
import { createSharing } from './shared-policy.js';
import { createRooms, createSpool } from './stores.js';

/** Interval between checks of reported problems, in milliseconds. */
const LOOK_AGAIN = 2_000;

/**
 * The parts that all processes of a machine share. One process owns them (`createMachine`); a worker requests them from
 * that process (`workers/`).
 */
export interface Machine {
  readonly policies: Pick<PolicySource, 'current'>;
  /** Undefined if the settings do not use a malware feed. */
  readonly feed: { readonly current: MalwareFeed } | undefined;
  /** Undefined if no token is required. */
  readonly tokens: TokenSource | undefined;
  /** Until when the three above are known to be in force. */
  readonly confirmation: Confirmation;
  readonly rooms: Rooms;
  readonly spaces: Spaces;
  readonly troubles: Troubles;
  readonly spool: Spool;
  /** Its part of an overview. */
  readonly state: () => Promise<ServiceState>;
  /** Queries of the dashboard on the policy. */
  readonly policyReports: PolicyReports;
  /** All metrics of all its processes in Prometheus's text form. */
  readonly metricsText: () => Promise<string>;
}

/** The same for the process that keeps it. */
export interface KeptMachine extends Machine {
  readonly policies: PolicyWatcher;
  readonly feed: FeedService | undefined;
  readonly tokens: AccessControl | undefined;
  /** Resolves when the files of earlier runs are counted. Never rejects. */
  readonly scanned: Promise<void>;
  /** The runs whose unfinished files may be in the data folder. */
  readonly runs: Runs;
  /** Replicas that share this cache; undefined without replicas, or if they cannot be authenticated. */
  readonly replicas: Replicas | undefined;
}

/**
 * @param redis undefined for a single machine
 * @throws {PolicyError} if the policy does not validate, {AccessError} if the tokens do not, {DataFolderError} if the
 * data folder is in use by another server
 */
export async function createMachine(
  config: Config,
  process: Process,
  redis: Redis | undefined,
): Promise<KeptMachine> {
  const { now, log, metrics, closing } = process;
  const readPolicy = readInThread();
  const sharing = redis && (await createSharing(config, process, redis, readPolicy));
  const policies = await createPolicies(config, process, readPolicy, sharing?.policy);
  const tokens = await createAccess(config, process);
  const troubles = new FolderTroubles(config.data, process.health, log);
  const folder = await ownDataFolder(config, process, troubles);
  const { spaces, lookAgain, ...rooms } = createRooms(config, troubles);
  closing.add(everyUnref(LOOK_AGAIN, () => troubles.lookAgain().finally(lookAgain)));
  // The files of earlier runs are counted in the background, without delaying the start.
  const scanned = Promise.all([rooms.blobs.scan(), rooms.pages.scan(), folder.tidy()]).then(
    () => {},
    (err: unknown) => log.warn({ err }, 'the data folder could not be scanned'),
  );
  closing.add(() => scanned);
  metrics.startTime.set(now() / 1_000);
  metrics.onCollect(() => {
    metrics.cacheBytes.set({ tier: 'disk' }, rooms.blobs.bytes);
    metrics.cacheBytes.set({ tier: 'pages' }, rooms.pages.bytes);
  });
  const feed = createFeed(config, process, redis);
  const replicas = redis && createReplicas(config, process, policies, redis, sharing?.policy);
  if (replicas !== undefined) sharing?.connect(policies, replicas);
  return {
    policies,
    feed,
    state: serviceState(process, policies, feed, replicas),
    policyReports: await createPolicyReports(config, process, policies, troubles, replicas),
    tokens,
    confirmation: IN_FORCE,
    rooms,
    spaces,
    troubles,
    spool: createSpool(config, process, { spaces, troubles }),
    metricsText: () => metrics.text(),
    scanned,
    runs: folder.runs,
    replicas,
  };
}

async function createPolicyReports(
  { data }: Config,
  { now, log, closing }: Process,
  policies: PolicyWatcher,
  troubles: Troubles,
  replicas: Replicas | undefined,
): Promise<PolicyReports> {
  const edits = await PolicyEdits.open({
    path: dataFolder(data).policyEdits,
    now,
    onUnreadable: (path, why) => troubles.unreadable(path, why),
    onNotKept: (err) =>
      log.warn({ err }, 'a policy edit could not be recorded and will be lost at a restart'),
  });
  closing.add(() => edits.close());
  return new KeptPolicyReports(policies, edits, now, () => replicas?.notes);
}
