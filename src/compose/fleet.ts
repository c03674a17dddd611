import type { Config } from '../config/config.js';
import { ALONE } from '../fleet/alone.js';
import type { Fleet } from '../fleet/fleet.js';
import { createDecisionLog, createDecisionReader } from './decisions.js';
import type { Machine } from './machine.js';
import type { Process } from './process.js';
import { createStores } from './stores.js';

/** What a machine shares beyond itself: with nobody, so that all of it is its own. */
export async function createFleet(
  config: Config,
  process: Process,
  machine: Machine,
): Promise<Fleet> {
  const { leases, news } = ALONE;
  const { log: decisions } = await createDecisionLog(config, process);
  return {
    leases,
    news,
    stores: createStores(config, process, machine, news),
    decisions,
    decisionReader: createDecisionReader(config),
  };
}
