import type { AccessControl } from '../access/access-control.js';
import type { Config } from '../config/config.js';
import type { ExposureWatch } from '../exposure/exposure-watch.js';
import type { FeedService } from '../feed/feed-service.js';
import type { Metrics } from '../observe/metrics.js';
import type { PolicyWatcher } from '../policy/watcher.js';
import { createFleet } from './fleet.js';
import { createMachine } from './machine.js';
import { notifying } from './notifications.js';
import type { Outside } from './outside.js';
import { createProcess } from './process.js';
import { createRedis } from './redis.js';
import { createServer, type PackageServer } from './server.js';
import { createServices } from './services.js';
import { createSharedBlobs } from './shared-blobs.js';
import { watchExposure } from './watch-exposure.js';

/** A Wheelgate in one process that is made, and not yet listening. */
export interface Wheelgate extends PackageServer {
  readonly policies: PolicyWatcher;
  /** That of the policy in force. */
  readonly mode: 'enforce' | 'dry-run';
  readonly tokens: AccessControl | undefined;
  readonly metrics: Metrics;
  readonly exposure: ExposureWatch;
  readonly feed: FeedService | undefined;
  /** Open requests finish, up to the configured grace period. */
  close(): Promise<void>;
}

/**
 * Builds the server from the bottom up: the parts of the process, of its machine and of the fleet, then the services for
 * requests, then the server. They are closed in reverse order. `workers/` builds the same parts for several processes; only
 * the owner of the machine's and the fleet's parts differs.
 *
 * A request passes through them from the top down:
 *
 *     server      connection, TLS
 *       http/app  prepared pages; access; the route; counted; each failure becomes a problem document
 *         services
 *           pages      a fresh page in memory → the store's → the upstream's; judged; rendered
 *           artifacts  listed by its page → judged → from the store, or else under a lease:
 *             upstream → spool ─▶ gate → the client
 *                         └─▶ inspected → findings → judged → kept in the store, or dropped
 *       decisions  recorded before the last bytes are sent
 *
 * @throws {PolicyError} if the policy does not validate
 */
export async function compose(config: Config, outside: Outside): Promise<Wheelgate> {
  const process = createProcess(outside);
  const { closing, metrics } = process;
  try {
    const redis = await createRedis(config, process);
    const machine = await createMachine(config, process, redis);
    const alone = await createFleet(
      config,
      process,
      machine,
      await createSharedBlobs(config, process),
      redis,
    );
    const fleet = await notifying(config, process, machine, alone);
    const services = createServices(config, process, machine, fleet);
    const exposure = watchExposure(config, process, machine, fleet, services.judge);
    const server = await createServer(config, process, machine, services);
    const { policies, feed, tokens } = machine;
    return {
      ...server,
      get dashboardAddress() {
        return server.dashboardAddress;
      },
      policies,
      get mode() {
        return policies.meaning.mode;
      },
      tokens,
      metrics,
      exposure,
      feed,
      listen: async () => {
        await feed?.start();
        redis?.events.begin();
        await machine.replicas?.begin();
        if (closing.hasBegun) throw new Error('stopped before listening');
        try {
          return await server.listen();
        } catch (error) {
          // One of two ports may already be bound, and would keep the process alive.
          await closing.close();
          throw error;
        }
      },
      reload: () => {
        void policies.reload();
        void tokens?.reload();
        server.reload();
      },
      close: () => closing.close(),
    };
  } catch (error) {
    await closing.close();
    throw error;
  }
}
