import type { Config } from '../config/config.js';
import type { ExposureWatch } from '../exposure/exposure-watch.js';
import type { FeedService } from '../feed/feed-service.js';
import type { Metrics } from '../observe/metrics.js';
import type { PolicyWatcher } from '../policy/watcher.js';
import { makeKeeper } from './keeper.js';
import type { Outside } from './outside.js';
import { makePackageServer, type PackageServer } from './package-server.js';
import { watchExposure } from './watch-exposure.js';

/** A Wheelgate in one process that is made, and not yet listening. */
export interface Wheelgate extends Omit<PackageServer, 'findings'> {
  readonly policies: PolicyWatcher;
  readonly metrics: Metrics;
  readonly exposure: ExposureWatch;
  readonly feed: FeedService | undefined;
}

/**
 * Builds everything: `compose/` knows which adapter stands behind which interface, and hands each part what it
 * needs. `workers/` does the same for several processes.
 * @throws {PolicyError} where the policy does not validate
 */
export async function compose(config: Config, outside: Outside): Promise<Wheelgate> {
  const keeper = await makeKeeper(config, outside);
  const packages = await makePackageServer(config, outside, keeper);
  const exposure = watchExposure(config, outside, keeper, packages.judge, packages.findings);
  const { policies, metrics, feed } = keeper;
  return {
    ...packages,
    policies,
    metrics,
    exposure,
    feed,
    listen: async () => {
      await feed?.start();
      return packages.listen();
    },
    close: async () => {
      keeper.stopWatching();
      await packages.close();
      await exposure.close();
      await keeper.close();
    },
  };
}
