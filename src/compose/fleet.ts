import type { Config } from '../config/config.js';
import { LogSearch } from '../decisions/log-search.js';
import { ALONE } from '../fleet/alone.js';
import type { Fleet } from '../fleet/fleet.js';
import { RedisShortLeases } from '../replicas/short-leases.js';
import type { SharedBlobs } from '../store/shared-blobs.js';
import { createArchive } from './archive.js';
import { createDecisionQueries } from './decision-queries.js';
import { createDecisionLog, createDecisionReader } from './decisions.js';
import { createLeases } from './fills.js';
import { createFleetDecisions, createFleetReader } from './fleet-decisions.js';
import type { KeptMachine } from './machine.js';
import type { Process } from './process.js';
import type { Redis } from './redis.js';
import { createSharedProjects } from './shared-projects.js';
import { createStores } from './stores.js';

/**
 * Resources that are shared beyond a machine, if there are other replicas.
 * @param sharedBlobs undefined if this process does not fetch artifacts, or they are not shared
 * @param redis undefined without other replicas
 */
export async function createFleet(
  config: Config,
  process: Process,
  machine: KeptMachine,
  sharedBlobs: SharedBlobs | undefined,
  redis: Redis | undefined,
): Promise<Fleet> {
  const shared = redis && (await createSharedProjects(config, process, redis));
  const news = shared?.news ?? ALONE.news;
  const stores = createStores(config, process, machine, news, sharedBlobs);
  shared?.keepIn(stores);
  const archive = await createArchive(config, process);
  const beyond = redis && createFleetDecisions(config, process, redis, machine.replicas, archive);
  const kept = await createDecisionLog(config, process, { fleet: beyond, archive });
  const { log: decisions, rollups, live } = kept;
  const decisionReader = createDecisionReader(config);
  const logSearch = new LogSearch(
    beyond === undefined
      ? decisionReader
      : createFleetReader(config, decisionReader, archive, beyond.missing),
  );
  return {
    leases: await createLeases(config, process, redis, stores.blobs),
    shortLeases: redis === undefined ? ALONE.shortLeases : new RedisShortLeases(redis.line),
    news,
    projects: shared?.projects,
    stores,
    decisions,
    decisionReader,
    decisionQueries: createDecisionQueries(logSearch, process, machine, rollups, beyond?.missed),
    missingDecisions: beyond?.missing ?? (async () => []),
    logSearch,
    liveDecisions: live,
  };
}
