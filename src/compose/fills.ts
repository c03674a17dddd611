import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import type { Config } from '../config/config.js';
import { ALONE } from '../fleet/alone.js';
import type { DistantFills } from '../fleet/distant-fills.js';
import type { Leases } from '../fleet/leases.js';
import { trustedAddresses } from '../http/trusted-proxies.js';
import { INSPECTOR_VERSION } from '../inspection/inspector.js';
import { settingsName } from '../inspection/limits.js';
import { FillClient } from '../replicas/fills/fill-client.js';
import type { InspectedBy } from '../replicas/fills/fill-news.js';
import { createFillServer } from '../replicas/fills/fill-server.js';
import { LeaseStore } from '../replicas/fills/lease-store.js';
import { type LeaseLabel, RedisLeases } from '../replicas/fills/redis-leases.js';
import { Seal } from '../replicas/seal.js';
import { everyUnref } from '../runtime/change-watch.js';
import type { BlobStore } from '../store/blob-store.js';
import type { Process } from './process.js';
import type { Redis } from './redis.js';
import { bytesAt } from './stores.js';

/** The dependencies for following fills across replicas. */
interface Shared {
  readonly listen: { readonly host: string; readonly port: number };
  readonly url: string;
  readonly secret: string;
}

/** Whose lease a fill may be done under. */
const LABELS: readonly (LeaseLabel | 'local')[] = ['ours', 'theirs', 'none', 'local'];

/** Undefined if others cannot follow our fills: a lease would only block them. */
function sharedBy({ redis, replica: { listen, url, secret } }: Config): Shared | undefined {
  if (redis === undefined || secret === undefined || listen === undefined || url === undefined)
    return undefined;
  return { listen, url, secret };
}

/** Whether other replicas read artifacts here while they are received. */
export function sharesFills(config: Config): boolean {
  return sharedBy(config) !== undefined;
}

/**
 * The leases of a machine, shared with other replicas if there are any, and its port on which they follow our fills.
 */
export async function createLeases(
  config: Config,
  process: Process,
  redis: Redis | undefined,
  blobs: Pick<BlobStore, 'open'>,
): Promise<Leases> {
  const { metrics, closing, now } = process;
  for (const lease of LABELS) metrics.fills.inc({ lease }, 0);
  const shared = sharedBy(config);
  if (redis === undefined || shared === undefined)
    return {
      take: (key) => {
        metrics.fills.inc({ lease: 'local' });
        return ALONE.leases.take(key);
      },
    };
  const { listen, url, secret } = shared;
  const own = { owner: `${config.replica.name} ${randomUUID()}`, url };
  const seal = new Seal(secret);
  const leases = new RedisLeases({
    store: new LeaseStore(redis.line, own, seal),
    own,
    bytesAt,
    blobs,
    every: everyUnref,
    onTaken: (lease) => metrics.fills.inc({ lease }),
  });
  closing.add(() => leases.close());
  const server = createFillServer({
    offered: (name) => leases.offered(name),
    seal,
    now,
    url,
    by: inspectedBy(config),
  });
  closing.add(() => end(server));
  await begin(server, listen);
  return leases;
}

/** Lets a process follow the fills of other replicas; undefined without replicas. */
export function createDistantFills(config: Config, { now }: Process): DistantFills | undefined {
  const shared = sharedBy(config);
  if (shared === undefined) return undefined;
  return new FillClient({
    seal: new Seal(shared.secret),
    now,
    isPeer: trustedAddresses(config.replica.peers),
    by: inspectedBy(config),
  });
}

function inspectedBy({ inspection }: Config): InspectedBy {
  return { inspector: INSPECTOR_VERSION, settings: settingsName(inspection.limits) };
}

function begin(server: Server, { host, port }: Shared['listen']): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** The replicas that follow us continue on their own. */
function end(server: Server): Promise<void> {
  const ended = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  return ended;
}
