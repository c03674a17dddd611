import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { nameOfFill } from '../../../src/replicas/fills/lease-store.js';
import {
  BEGUN,
  COMPLETE,
  type Holder,
  KEY,
  leasesContract,
  ours,
} from '../../fleet/contract/leases.js';
import {
  FLUSHED,
  FULL,
  GONE,
  HANGING,
  type Harm,
  OTHER_PASSWORD,
  READ_ONLY,
} from '../../support/redis-harms.js';
import {
  type RedisServer,
  redisProgram,
  startRedis,
  startRedisCluster,
} from '../../support/redis-servers.js';
import { until } from '../../support/until.js';
import {
  followed,
  startReplica,
  type TestReplica,
  type TestReplicaSettings,
} from './replica-pair.js';

const { skip } = redisProgram();

describe('leases in Redis', { skip }, () => {
  let redis: RedisServer;
  const replicas: TestReplica[] = [];

  before(async () => {
    redis = await startRedis();
  });
  after(() => redis.close());
  afterEach(async () => {
    for (const replica of replicas.splice(0)) replica.dies();
    await redis.ask.flushall();
  });

  async function start(more: Partial<TestReplicaSettings> = {}): Promise<TestReplica> {
    const name = `replica ${replicas.length + 1}`;
    const replica = await startReplica({ redis: redis.url, name, ...more });
    replicas.push(replica);
    return replica;
  }

  async function holders(count: number): Promise<Holder[]> {
    const dead = new Set<string>();
    const all: TestReplica[] = [];
    while (all.length < count) all.push(await start());
    const isThere = (url: string, name: string) =>
      !dead.has(url) && all.find((one) => one.url === url)?.leases.offered(name) !== undefined;
    return all.map((replica) => ({
      leases: followed(replica, isThere),
      dies: () => {
        dead.add(replica.url);
        replica.dies();
      },
    }));
  }

  leasesContract('among replicas', holders);

  const name = nameOfFill(KEY);
  const key = `wg:1:{f:${name}}:lease`;

  it('name their holder, end by the clock of Redis where nobody renews them, and count their holders', async () => {
    const [one, two] = [await start(), await start()];
    ours(await one.leases.take(KEY));
    const { url, owner, fence } = await redis.ask.hgetall(key);
    assert.deepEqual([url, owner, fence], [one.url, 'replica 1', '1']);
    const left = await redis.ask.pttl(key);
    assert.ok(left > 0 && left <= 6_000);
    assert.equal((await two.store.take(name)).owner, 'replica 1');
    // As if it had not been renewed.
    await redis.ask.del(key);
    assert.deepEqual(await two.store.take(name), { owner: 'replica 2', fence: 2, url: two.url });
    const days = (await redis.ask.pttl(`wg:1:{f:${name}}:fence`)) / 86_400_000;
    assert.ok(days > 0 && days <= 1);
  });

  it('are renewed as long as the fill goes on, and dropped at its end', async () => {
    let renew: () => Promise<void> = async () => {};
    const one = await start({
      every: (_, callback) => {
        renew = callback;
        return () => {};
      },
    });
    const lease = ours(await one.leases.take(KEY));
    await redis.ask.pexpire(key, 2_000);
    await renew();
    assert.ok((await redis.ask.pttl(key)) > 2_000);
    lease.release();
    while ((await redis.ask.exists(key)) === 1) await sleep(1);
  });

  it('are found with who asks for them before he knows that he has them: others may hear of it first', async () => {
    const one = await start();
    const asking = one.leases.take(KEY);
    assert.notEqual(one.leases.offered(name), undefined);
    const lease = ours(await asking);
    assert.notEqual(one.leases.offered(name), undefined);
    lease.release();
    assert.equal(one.leases.offered(name), undefined);
  });

  it('heed no word of one who had them before: not to renew, not to drop', async () => {
    const [one, two] = [await start(), await start()];
    const before = await one.store.take(name);
    await redis.ask.del(key);
    const now = await two.store.take(name);
    assert.equal(await one.store.renew(name, before.fence), false);
    await one.store.drop(name, before.fence);
    assert.equal(await two.store.renew(name, before.fence), false);
    assert.equal((await one.store.take(name)).fence, now.fence);
    assert.equal(await two.store.renew(name, now.fence), true);
  });

  describe('that no replica has signed', () => {
    async function signed(): Promise<Record<string, string>> {
      const one = await start();
      await one.store.take(name);
      const held = await redis.ask.hgetall(key);
      one.dies();
      await redis.ask.del(key);
      return held;
    }

    const tampered: Readonly<Record<string, (held: Record<string, string>) => object>> = {
      'by anybody': () => ({ owner: 'somebody', fence: '7', url: 'http://127.0.0.1:1/' }),
      'by anybody, in part': () => ({ owner: 'somebody' }),
      'with another URL': (held) => ({ ...held, url: 'http://127.0.0.1:1/' }),
      'with another owner': (held) => ({ ...held, owner: 'somebody' }),
      'with a fence that is no number': (held) => ({ ...held, fence: 'x' }),
      'with a fence that is too large': (held) => ({ ...held, fence: '9'.repeat(30) }),
      'with a long URL': (held) => ({ ...held, url: 'x'.repeat(10_000_000) }),
      'with none of its fields': () => ({ other: '1' }),
    };
    for (const [how, lease] of Object.entries(tampered))
      it(`are nobody's: ${how}`, async () => {
        await redis.ask.hset(key, lease(await signed()));
        const two = await start();
        assert.equal((await two.store.take(name)).owner, 'replica 2');
        assert.equal((await two.store.take(name)).owner, 'replica 2');
      });

    it("are nobody's where they are signed for another fill, or with another secret", async () => {
      await redis.ask.hset(key, await signed());
      const two = await start();
      const other = nameOfFill('another');
      await redis.ask.copy(key, `wg:1:{f:${other}}:lease`);
      assert.equal((await two.store.take(other)).owner, 'replica 2');
      const three = await start({ secret: 'the secret of others' });
      assert.equal((await three.store.take(name)).owner, 'replica 3');
    });

    it('have their twin that is theirs', async () => {
      await redis.ask.hset(key, await signed());
      const two = await start();
      assert.equal((await two.store.take(name)).owner, 'replica 1');
    });
  });

  it('are taken from a holder that is lost, and from no other', async () => {
    const [one, two, three] = [await start(), await start(), await start()];
    const holder = await one.store.take(name);
    const other = { ...holder, fence: holder.fence + 1 };
    const ended = { how: 'ended' } as const;
    assert.equal((await two.store.take(name, { holder: other, lost: ended })).owner, 'replica 1');
    assert.equal((await two.store.take(name, { holder, lost: ended })).owner, 'replica 2');
    // Who notices later meets the one who took them.
    assert.equal((await three.store.take(name, { holder, lost: ended })).owner, 'replica 2');
  });

  it('stay with a holder that has renewed them since it was heard last', async () => {
    const [one, two] = [await start(), await start()];
    const holder = await one.store.take(name);
    const lost = { how: 'silent', since: 2_000 } as const;
    await redis.ask.pexpire(key, 60_000);
    assert.equal((await two.store.take(name, { holder, lost })).owner, 'replica 1');
    await redis.ask.pexpire(key, 3_900);
    assert.equal((await two.store.take(name, { holder, lost })).owner, 'replica 2');
  });

  it('are kept a short while after the end, for those who ask at the same time', async () => {
    const [one, two] = [await start(), await start()];
    const lease = ours(await one.leases.take(KEY));
    lease.tell(BEGUN);
    lease.tell(COMPLETE);
    lease.release();
    while ((await redis.ask.pttl(key)) > 5_000) await sleep(1);
    assert.equal((await two.store.take(name)).owner, 'replica 1');
    // Whoever has them takes them once more.
    assert.equal(ours(await one.leases.take(KEY)).distant, undefined);
  });

  const harms: Readonly<Record<string, Harm['harm']>> = {
    'is gone': GONE.harm,
    hangs: HANGING.harm,
    'is read-only': READ_ONLY.harm,
    'is full': FULL.harm,
    'knows its password no more': OTHER_PASSWORD.harm,
    'has something else there': () => redis.ask.set(key, 'text'),
  };
  for (const [what, harm] of Object.entries(harms))
    it(`are ours without one where Redis ${what}`, async () => {
      const one = await start({ patience: 300 });
      const there = redis;
      await harm(redis);
      try {
        const lease = ours(await one.leases.take(KEY));
        assert.equal(lease.distant, undefined);
        assert.deepEqual(one.taken, ['none']);
        lease.tell(BEGUN);
        lease.release();
      } finally {
        there.resume();
        await there.close();
        redis = await startRedis();
      }
    });

  /** What may happen to Redis while a replica has a lease, and how it ends. */
  const MEANWHILE: Readonly<Record<string, Harm>> = {
    'says nothing for a while': HANGING,
    'takes nothing for a while': READ_ONLY,
    'has lost everything': FLUSHED,
    'knows the password no more for a while': OTHER_PASSWORD,
  };
  for (const [what, { harm, mend }] of Object.entries(MEANWHILE))
    it(`are given to the next after the end where Redis ${what} during a fill`, async () => {
      const [one, two] = [await start({ patience: 300 }), await start()];
      const lease = ours(await one.leases.take(KEY));
      lease.tell(BEGUN);
      await harm(redis);
      // The fill goes on, whatever becomes of its lease, and ends.
      lease.tell(COMPLETE);
      lease.release();
      await mend(redis);
      // What is left of the lease ends by itself, by the clock of Redis.
      await until(async () => (await redis.ask.exists(key)) === 0);
      assert.equal(ours(await two.leases.take(KEY)).distant, undefined);
      const { owner } = await two.store.take(name);
      assert.equal(owner, 'replica 2');
    });

  it('that a replica does without another are four at a time; the fifth has its turn', async () => {
    const [one, two] = [await start(), await start()];
    const keys = Array.from({ length: 5 }, (_, index) => `demo/file-${index}`);
    for (const each of keys) ours(await one.leases.take(each));
    const leases = await Promise.all(keys.map((each) => two.leases.take(each)));
    const useless = { how: 'useless' } as const;
    const without = leases.map(({ distant }) => distant!.lost(distant!.holder, useless));
    for (const each of without.slice(0, 4)) assert.equal(await each, undefined);
    const fifth = without[4]!;
    assert.equal(await Promise.race([fifth, sleep(20, 'waits')]), 'waits');
    leases[0]!.release();
    leases[0]!.release();
    assert.equal(await fifth, undefined);
    assert.equal(two.taken.filter((label) => label === 'none').length, 5);
  });

  it('are in one place of a cluster', async () => {
    const cluster = await startRedisCluster();
    try {
      const more = { redis: cluster.url, mode: 'cluster' } as const;
      const [one, two] = [await start(more), await start(more)];
      for (const each of ['a', 'b', 'c', 'd']) {
        assert.equal(ours(await one.leases.take(each)).distant, undefined);
        assert.equal((await two.leases.take(each)).distant?.holder.url, one.url);
      }
    } finally {
      for (const replica of replicas.splice(0)) replica.dies();
      await cluster.close();
    }
  });
});
