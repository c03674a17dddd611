import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { brotliCompressSync, constants } from 'node:zlib';
import { Agent } from 'undici';
import type { ProjectName } from '../../../src/domain/project-name.js';
import { readFeedIndex } from '../../../src/feed/feed-file.js';
import { FEED_FORMAT } from '../../../src/feed/feed-head.js';
import { makeFeedSource } from '../../../src/feed/make-feed-source.js';
import { syncFeed } from '../../../src/feed/sync-feed.js';
import type { RedisLine } from '../../../src/redis/redis-line.js';
import { FeedShelf } from '../../../src/replicas/feed/feed-shelf.js';
import { SharedFeed } from '../../../src/replicas/feed/shared-feed.js';
import { LeaseStore } from '../../../src/replicas/fills/lease-store.js';
import { Seal } from '../../../src/replicas/seal.js';
import { openRedisLine } from '../../support/open-redis-line.js';
import { Mirror, osv } from '../../support/osv-mirror.js';
import {
  type RedisServer,
  redisProgram,
  startRedis,
  startRedisCluster,
} from '../../support/redis-servers.js';
import { until } from '../../support/until.js';

const { skip } = redisProgram();
const SEAL = new Seal('the secret that all replicas have');
const HOUR = 3_600_000;
const QUICK = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } };
const START = Date.UTC(2026, 10, 1);
const day = (number: number) => `2026-10-0${number}T00:00:00Z`;

describe('a malware feed that replicas share', { skip }, () => {
  let redis: RedisServer;
  let line: RedisLine;
  let mirror: Mirror;
  let folder: string;
  let now: number;
  const dispatcher = new Agent();

  before(async () => {
    redis = await startRedis();
  });
  after(async () => {
    await redis.close();
    await dispatcher.close();
  });
  beforeEach(async () => {
    await redis.ask.flushall();
    line = await openRedisLine(redis.url);
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-shared-feed-'));
    mirror = new Mirror();
    await mirror.start();
    mirror.put(osv('MAL-1', 'one', { versions: ['1.0'] }), day(1));
    now = START;
  });
  afterEach(async () => {
    line.close();
    mirror.stop();
    await rm(folder, { recursive: true, force: true });
  });

  interface ReplicaOptions {
    readonly line?: Pick<RedisLine, 'ask' | 'key'>;
    readonly seal?: Seal;
    /** Instead of the mirror. */
    readonly fetch?: () => ReturnType<typeof fetchInto>;
    /** Milliseconds by which its clock goes on at each look at it. */
    readonly pace?: number;
  }

  const fetchInto = (file: string, at = now) =>
    syncFeed(makeFeedSource(mirror.url, dispatcher), file, at);

  function replica(name: string, options: ReplicaOptions = {}) {
    const file = join(folder, `${name}.jsonl`);
    const { line: ownLine = line, seal = SEAL, pace = 0 } = options;
    const problems: string[] = [];
    let unsigned = 0;
    let told = 0;
    let time = 0;
    const shared = new SharedFeed(
      { self: name, source: mirror.url, file, interval: HOUR },
      {
        shelf: new FeedShelf(mirror.url, {
          line: ownLine,
          seal,
          leases: new LeaseStore(
            ownLine as RedisLine,
            { owner: name, url: '' },
            seal,
            20_000,
            'feed',
          ),
          now: () => now,
          onUnsigned: () => {
            unsigned += 1;
          },
        }),
        every: () => () => {},
        // Looks again at once.
        timers: {
          after: (_milliseconds, callback) => {
            const timer = setTimeout(callback, 5);
            return () => clearTimeout(timer);
          },
        },
        now: () => now,
        clock: () => {
          time += pace;
          return time;
        },
        tell: () => {
          told += 1;
        },
        onProblem: ({ message }) => problems.push(message),
      },
    );
    const fetch = options.fetch ?? (() => fetchInto(file));
    return {
      file,
      shared,
      problems,
      unsigned: () => unsigned,
      told: () => told,
      /** How the file came to be up to date, with all that is to be shared of it in Redis. */
      sync: async () => {
        const isReadable = (await readFeedIndex(file)) !== undefined;
        const { how } = await shared.sync({ fetch, isReadable });
        await shared.settled();
        return how;
      },
      names: async (project: string) =>
        (await readFeedIndex(file))?.find(project as ProjectName, '1.0')?.id,
      syncedAt: async () => (await readFeedIndex(file))?.syncedAt,
    };
  }

  /** How often the mirror was asked for anything at all by a sync. */
  const transfers = () => mirror.asked.filter((path) => path === 'modified_id.csv').length;
  const keys = async (pattern: string) => (await redis.ask.keys(pattern)).sort();
  const offerKey = async () => (await keys('wg:1:{feed:*}:offer'))[0]!;
  const pieceKeys = () => keys('wg:1:{feed:*}:*-*-*:*');

  it('is asked of its source once for all, who ask at the same time or later', async () => {
    const all = ['a', 'b', 'c'].map((name) => replica(name));
    const how = await Promise.all(all.map((one) => one.sync()));
    assert.deepEqual(how.sort(), ['taken', 'taken', 'whole']);
    const late = replica('d');
    assert.equal(await late.sync(), 'taken');
    for (const one of [...all, late]) {
      assert.equal(await one.names('one'), 'MAL-1');
      assert.equal(await one.syncedAt(), START);
    }
    assert.equal(transfers(), 1);
    assert.equal(await readFile(late.file, 'utf8'), await readFile(all[0]!.file, 'utf8'));
    // The lease is given back.
    assert.deepEqual(await keys('wg:1:{feed:*}:lease'), []);
  });

  it('is asked of its source again by one of them when it is due, and changes what it says for all', async () => {
    const [a, b] = [replica('a'), replica('b')];
    await a.sync();
    await b.sync();
    now += HOUR / 2;
    assert.deepEqual([await a.sync(), await b.sync()], ['recent', 'recent']);
    now += HOUR / 2;
    mirror.put(osv('MAL-2', 'two', { versions: ['1.0'] }), day(2));
    assert.equal(await b.sync(), 'changes');
    assert.equal(b.told(), 1);
    assert.equal((await a.shared.takeNewer())?.how, 'taken');
    assert.equal(await a.names('two'), 'MAL-2');
    assert.equal(await a.shared.takeNewer(), undefined);
    assert.equal(transfers(), 2);
  });

  it('takes no more room for being looked at again and again, changed or not', async () => {
    const a = replica('a');
    await a.sync();
    const before = await pieceKeys();
    now += HOUR;
    assert.equal(await a.sync(), 'unchanged');
    assert.deepEqual(await pieceKeys(), before);
    now += HOUR;
    mirror.put(osv('MAL-2', 'two', { versions: ['1.0'] }), day(2));
    await a.sync();
    const left = await Promise.all(before.map((key) => redis.ask.pttl(key)));
    assert.ok(left.every((milliseconds) => milliseconds <= 60_000));
    for (const key of await keys('wg:1:{feed:*}:*')) assert.ok((await redis.ask.pttl(key)) > 0);
  });

  it('lies in one slot of a cluster', async () => {
    const cluster = await startRedisCluster();
    const ofCluster = await openRedisLine(cluster.url, 'cluster');
    try {
      const [a, b] = ['a', 'b'].map((name) => replica(name, { line: ofCluster }));
      assert.deepEqual([await a!.sync(), await b!.sync()], ['whole', 'taken']);
      now += HOUR;
      mirror.put(osv('MAL-2', 'two', { versions: ['1.0'] }), day(2));
      assert.deepEqual([await b!.sync(), await a!.sync()], ['changes', 'taken']);
    } finally {
      ofCluster.close();
      await cluster.close();
    }
  });

  const LIES: Readonly<Record<string, () => Promise<unknown>>> = {
    'an offer that no replica has signed': async () =>
      redis.ask.set(await offerKey(), 'x'.repeat(200)),
    'an offer that was altered': async () => {
      const key = await offerKey();
      const value = (await redis.ask.getBuffer(key))!;
      value[value.length - 3]! ^= 1;
      await redis.ask.set(key, value);
    },
    'an offer that is far too long': async () =>
      redis.ask.set(await offerKey(), Buffer.alloc(2 ** 20)),
    'something else under its name': async () => {
      const key = await offerKey();
      await redis.ask.del(key);
      await redis.ask.lpush(key, 'x');
    },
    'a piece that was altered': async () => {
      const key = (await pieceKeys())[0]!;
      const value = (await redis.ask.getBuffer(key))!;
      value[value.length >> 1]! ^= 1;
      await redis.ask.set(key, value);
    },
    'a piece that was cut short': async () => {
      const key = (await pieceKeys())[0]!;
      const value = (await redis.ask.getBuffer(key))!;
      await redis.ask.set(key, value.subarray(0, value.length >> 1));
    },
    'no piece': async () => redis.ask.del(...(await pieceKeys())),
    'a piece of another feed': async () =>
      redis.ask.set((await pieceKeys())[0]!, brotliCompressSync('["MAL-9",[]]\n')),
    'a piece that inflates without end': async () =>
      redis.ask.set((await pieceKeys())[0]!, brotliCompressSync(Buffer.alloc(64 * 2 ** 20), QUICK)),
    'a piece that is far too long': async () =>
      redis.ask.set((await pieceKeys())[0]!, Buffer.alloc(2 ** 20)),
    'a lease of nobody': async () => {
      await redis.ask.hset((await offerKey()).replace(/offer$/, 'lease'), { owner: 'x', fence: 1 });
      await redis.ask.del(await offerKey());
    },
  };
  for (const [lie, tell] of Object.entries(LIES))
    it(`is fetched by a replica itself where there is ${lie}, and put right for the next`, async () => {
      await replica('a').sync();
      await tell();
      const b = replica('b');
      assert.equal(await b.sync(), 'whole');
      assert.equal(await b.names('one'), 'MAL-1');
      assert.equal(await replica('c').sync(), 'taken');
      assert.equal(transfers(), 2);
    });

  it('is not taken from who has another secret, another source, or another layout of its file', async () => {
    assert.equal(await replica('a', { seal: new Seal('another secret') }).sync(), 'whole');
    const other = await offerKey();
    assert.match(other, new RegExp(`^wg:1:\\{feed:v${FEED_FORMAT}-[0-9a-f]{16}\\}:offer$`));
    const b = replica('b');
    assert.equal(await b.sync(), 'whole');
    // An older or newer Wheelgate keeps its own beside ours.
    const own = (await keys('wg:1:{feed:*}:offer')).find((key) => key !== other)!;
    await redis.ask.rename(own, own.replace('feed:v', 'feed:v9'));
    assert.equal(await replica('c').sync(), 'whole');
    assert.equal(transfers(), 3);
  });

  it('takes no denial back where an older one is put there once more', async () => {
    const [a, b] = [replica('a'), replica('b')];
    await a.sync();
    const old = new Map<string, Buffer>();
    for (const key of [await offerKey(), ...(await pieceKeys())])
      old.set(key, (await redis.ask.getBuffer(key))!);
    now += HOUR;
    mirror.put(osv('MAL-2', 'two', { versions: ['1.0'] }), day(2));
    await a.sync();
    await b.sync();
    assert.equal(await b.names('two'), 'MAL-2');
    for (const [key, value] of old) await redis.ask.set(key, value);
    assert.equal(await b.shared.takeNewer(), undefined);
    assert.equal(await b.sync(), 'recent');
    assert.equal(await b.names('two'), 'MAL-2');
    // What is later has taken its place.
    assert.equal(await replica('c').sync(), 'taken');

    // Not even where the file is gone, and the source with it.
    for (const [key, value] of old) await redis.ask.set(key, value);
    await rm(b.file);
    mirror.broken = true;
    await assert.rejects(b.sync());
    mirror.broken = false;
    assert.equal(await b.sync(), 'whole');
    assert.equal(await b.names('two'), 'MAL-2');
  });

  it('takes no denial back where another replica has it from a mirror that lags behind', async () => {
    const [a, b] = [replica('a'), replica('b')];
    mirror.put(osv('MAL-2', 'two', { versions: ['1.0'] }), day(2));
    await b.sync();
    await redis.ask.flushall();
    mirror.records.delete('MAL-2');
    now += HOUR;
    await a.sync();
    mirror.put(osv('MAL-2', 'two', { versions: ['1.0'] }), day(2));
    assert.equal(await b.shared.takeNewer(), undefined);
    assert.equal(await b.names('two'), 'MAL-2');
    now += 1;
    assert.equal(await b.sync(), 'unchanged');
    assert.equal((await a.shared.takeNewer())?.how, 'taken');
    assert.equal(await a.names('two'), 'MAL-2');
  });

  it('is not believed from the future, nor for too long', async () => {
    now = START + HOUR;
    await replica('a').sync();
    now = START;
    const b = replica('b');
    assert.equal(await b.sync(), 'whole');
    assert.equal(await b.syncedAt(), START);
    now = START + HOUR;
    assert.equal(await replica('c').sync(), 'whole');
  });

  it('is written anew from Redis where the file is torn or gone, and not from its source', async () => {
    const a = replica('a');
    await a.sync();
    for (const damage of [
      () => rm(a.file),
      async () => writeFile(a.file, (await readFile(a.file, 'utf8')).slice(0, -20)),
    ]) {
      await damage();
      assert.equal(await a.sync(), 'taken');
      assert.equal(await a.names('one'), 'MAL-1');
    }
    assert.equal(transfers(), 1);
  });

  it('is given back to a Redis that has lost it', async () => {
    const a = replica('a');
    await a.sync();
    await redis.ask.flushall();
    assert.equal(await a.sync(), 'recent');
    assert.equal(await replica('b').sync(), 'taken');
    assert.equal(transfers(), 1);
  });

  it('is fetched by the next where its source fails, which is not taken for a fault of Redis', async () => {
    const a = replica('a', { fetch: () => Promise.reject(new Error('no way out')) });
    await assert.rejects(a.sync(), /no way out/);
    assert.deepEqual(await keys('wg:1:{feed:*}:lease'), []);
    assert.equal(await replica('b').sync(), 'whole');
    assert.equal(await a.sync(), 'taken');
  });

  /** Its fetch goes on until it is let go on; then it has what the mirror had by then. */
  function slowReplica(name: string) {
    let begin = () => {};
    let goOn = () => {};
    const began = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const mayGoOn = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const at = now;
    const one = replica(name, {
      fetch: async () => {
        begin();
        await mayGoOn;
        return fetchInto(join(folder, `${name}.jsonl`), at);
      },
    });
    return { ...one, began, goOn };
  }

  it('is fetched by another where the one that is at it is killed or stopped, who changes nothing when it comes back', async () => {
    const a = slowReplica('a');
    const ended = a.sync();
    await a.began;
    const b = replica('b');
    const waits = b.sync();
    const lease = (await keys('wg:1:{feed:*}:lease'))[0]!;
    assert.equal((await redis.ask.hgetall(lease)).owner, 'a');
    // As if it had not been renewed.
    now += 1_000;
    await redis.ask.del(lease);
    assert.equal(await waits, 'whole');
    const offer = await redis.ask.getBuffer(await offerKey());
    a.goOn();
    assert.equal(await ended, 'whole');
    assert.deepEqual(await redis.ask.getBuffer(await offerKey()), offer);
    assert.equal((await a.shared.takeNewer())?.how, 'taken');
  });

  it('is fetched by a replica itself where another one takes too long', async () => {
    const a = slowReplica('a');
    const ended = a.sync();
    await a.began;
    assert.equal(await replica('b', { pace: 50_000 }).sync(), 'whole');
    a.goOn();
    await ended;
  });

  it('is taken at once by those who wait, once they are told of it', async () => {
    const a = slowReplica('a');
    const ended = a.sync();
    await a.began;
    const b = replica('b');
    const waits = b.sync();
    await until(async () => (await redis.ask.info('commandstats')).includes('cmdstat_evalsha'));
    a.goOn();
    await ended;
    b.shared.wake();
    assert.equal(await waits, 'taken');
  });

  it('is had by all, however far the one that shares it comes before Redis leaves it', async () => {
    for (let far = 0, isOver = false; !isOver; far += 1) {
      await redis.ask.flushall();
      let asked = 0;
      const leaving: Pick<RedisLine, 'ask' | 'key'> = {
        key: (name) => line.key(name),
        ask: (question, limit) => {
          asked += 1;
          if (asked > far) return Promise.reject(new Error('Redis is gone'));
          return line.ask(question, limit);
        },
      };
      const a = replica(`a${far}`, { line: leaving });
      assert.equal(await a.sync(), 'whole');
      assert.equal(await a.names('one'), 'MAL-1');
      // Nobody has renewed it.
      for (const lease of await keys('wg:1:{feed:*}:lease')) await redis.ask.del(lease);
      const b = replica(`b${far}`);
      assert.match(await b.sync(), /^(whole|taken)$/);
      assert.equal(await b.names('one'), 'MAL-1');
      isOver = asked <= far;
      assert.ok(far < 50);
    }
  });

  it('is had by a replica, however far it comes before Redis leaves it', async () => {
    await replica('first').sync();
    for (let far = 0, isOver = false; !isOver; far += 1) {
      let asked = 0;
      const leaving: Pick<RedisLine, 'ask' | 'key'> = {
        key: (name) => line.key(name),
        ask: (question, limit) => {
          asked += 1;
          if (asked > far) return Promise.reject(new Error('Redis is gone'));
          return line.ask(question, limit);
        },
      };
      const b = replica(`b${far}`, { line: leaving });
      const how = await b.sync();
      isOver = asked <= far;
      assert.equal(how, isOver ? 'taken' : 'whole');
      assert.equal(await b.names('one'), 'MAL-1');
    }
  });
});
