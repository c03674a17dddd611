import type { Config } from '../config/config.js';
import { LogSearch } from '../decisions/log-search.js';
import { ALONE } from '../fleet/alone.js';
import type { Fleet } from '../fleet/fleet.js';
import type { SharedBlobs } from '../store/shared-blobs.js';
import { createDecisionQueries } from './decision-queries.js';
import { createDecisionLog, createDecisionReader } from './decisions.js';
import type { KeptMachine } from './machine.js';
import type { Process } from './process.js';
import { createStores } from './stores.js';

/**
 * What a machine shares beyond itself: nothing but artifacts.
 * @param sharedBlobs undefined where this process fetches none, or they are not shared
 */
export async function createFleet(
  config: Config,
  process: Process,
  machine: KeptMachine,
  sharedBlobs: SharedBlobs | undefined,
): Promise<Fleet> {
  const { leases, news } = ALONE;
  const { log: decisions, rollups, live } = await createDecisionLog(config, process);
  const decisionReader = createDecisionReader(config);
  const logSearch = new LogSearch(decisionReader);
  return {
    leases,
    news,
    stores: createStores(config, process, machine, news, sharedBlobs),
    decisions,
    decisionReader,
    decisionQueries: createDecisionQueries(logSearch, process, machine, rollups),
    logSearch,
    liveDecisions: live,
  };
}
