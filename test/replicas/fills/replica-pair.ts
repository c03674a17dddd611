import { once } from 'node:events';
import type { Server } from 'node:http';
import { DistantSource } from '../../../src/artifacts/distant-source.js';
import { configSchema } from '../../../src/config/schema.js';
import { toRedis } from '../../../src/config/sections/redis.js';
import { DistantFailure } from '../../../src/fleet/distant-fills.js';
import type { Distant, FillNews, Lease, Leases, Lost } from '../../../src/fleet/leases.js';
import { SourceLost } from '../../../src/fleet/source-lost.js';
import { RedisLine } from '../../../src/redis/redis-line.js';
import { FillClient } from '../../../src/replicas/fills/fill-client.js';
import { createFillServer } from '../../../src/replicas/fills/fill-server.js';
import { LeaseStore, nameOfFill } from '../../../src/replicas/fills/lease-store.js';
import { RedisLeases } from '../../../src/replicas/fills/redis-leases.js';
import { Seal } from '../../../src/replicas/seal.js';
import { everyUnref } from '../../../src/runtime/change-watch.js';
import { bytesInFile } from '../../../src/store/disk/file-bytes.js';
import { freePort } from '../../support/free-port.js';

const BY = { inspector: 1, settings: 'usual' };
const NEVER = new AbortController().signal;

/** One replica, as far as fills go. */
export interface TestReplica {
  readonly leases: RedisLeases;
  readonly store: LeaseStore;
  readonly line: RedisLine;
  readonly client: FillClient;
  readonly url: string;
  /** Whose lease each fill was done under, so far. */
  readonly taken: string[];
  /** Ends without giving anything back. */
  dies(): void;
}

export interface TestReplicaSettings {
  readonly redis: string;
  readonly mode?: 'cluster';
  readonly name: string;
  readonly secret?: string;
  readonly isPeer?: (address: string) => boolean;
  readonly now?: () => number;
  readonly every?: typeof everyUnref;
  /** With Redis, in milliseconds: by default that of a machine that is busy with other tests. */
  readonly patience?: number;
}

export async function startReplica(settings: TestReplicaSettings): Promise<TestReplica> {
  const { redis, mode, name, secret = 'a secret of all replicas', isPeer = () => true } = settings;
  const { now = () => Date.now(), every = everyUnref, patience = 20_000 } = settings;
  const found = toRedis(
    configSchema.parse({ redis: { url: redis, ...(mode && { mode }) } }).redis,
  )!;
  const line = new RedisLine({ ...found, ca: undefined }, { now, onTrouble: () => {} });
  await line.begin();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/`;
  const taken: string[] = [];
  const own = { owner: name, url };
  const seal = new Seal(secret);
  const store = new LeaseStore(line, own, seal, patience);
  let stop = () => {};
  const leases = new RedisLeases({
    store,
    own,
    bytesAt: bytesInFile,
    blobs: { open: async () => undefined },
    every: (milliseconds, callback) => {
      stop = every(milliseconds, callback);
      return stop;
    },
    onTaken: (label) => taken.push(label),
  });
  const offered = (fill: string) => leases.offered(fill);
  const server: Server = createFillServer({ offered, seal, now, url, by: BY });
  server.listen(Number(port), '127.0.0.1');
  await once(server, 'listening');
  return {
    leases,
    store,
    line,
    client: new FillClient({ seal, now, isPeer, by: BY }),
    url,
    taken,
    dies() {
      stop();
      server.close();
      server.closeAllConnections();
      line.close();
    },
  };
}

/**
 * The leases of a replica as those have them who only follow: what another replica sends they hear as news.
 * @param isThere whether the replica with that URL has a fill
 */
export function followed(
  { leases, client }: TestReplica,
  isThere: (url: string, name: string) => boolean,
): Leases {
  return {
    take: async (key) => {
      const lease = await leases.take(key);
      if (lease.kind !== 'ours' || lease.distant === undefined) return lease;
      const { distant } = lease;
      const { holder } = distant;
      if (!isThere(holder.url, nameOfFill(key))) {
        const next = await distant.lost(holder, { how: 'ended' });
        if (next === undefined) return lease;
      }
      return follower(client, key, distant);
    },
  };
}

function follower(client: FillClient, key: string, distant: Distant): Lease {
  const source = new DistantSource(client, key, distant, () => 0, NEVER);
  return {
    kind: 'theirs',
    follow: async (onNews) => {
      let received = 0;
      let lost: Lost | undefined;
      for (;;) {
        const bytes = await source.open(received, lost);
        if (bytes === undefined) return 'lost';
        const { size: total, transfer, etag, body, from } = bytes;
        const place = { kind: 'file', path: '/here' } as const;
        onNews({ kind: 'begun', place, total, transfer, etag });
        received = from;
        try {
          for await (const piece of body) {
            received += piece.length;
            onNews({ kind: 'arrived', bytes: received });
          }
          onNews(bytes.complete as FillNews);
          return 'released';
        } catch (error) {
          if (error instanceof DistantFailure) {
            const { kind: failure, message } = error;
            onNews({ kind: 'failed', failure, message });
            return 'released';
          }
          if (!(error instanceof SourceLost)) throw error;
          lost = error.lost;
        }
      }
    },
  };
}
