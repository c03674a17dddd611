import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, it } from 'node:test';
import { configSchema } from '../../src/config/schema.js';
import { toRedis } from '../../src/config/sections/redis.js';
import { RedisEvents } from '../../src/redis/redis-events.js';
import { RedisLine } from '../../src/redis/redis-line.js';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';
import {
  redisProgram,
  startRedis,
  startRedisCluster,
  startSentinel,
} from '../support/redis-servers.js';

const { skip } = redisProgram();
/** On a loaded machine the answer may come too late; the message is sent all the same. */
const LATE = () => {};
/** Long enough for a machine that is busy with other tests. */
const PATIENT = 20_000;

describe('the line to Redis', { skip }, () => {
  const toClose: (() => Promise<void> | void)[] = [];
  let now = 1_000_000;
  let trouble: string | undefined;

  afterEach(async () => {
    for (const close of toClose.splice(0).reverse()) await close();
    trouble = undefined;
  });

  function settingsOf(redis: Readonly<Record<string, unknown>>) {
    const settings = toRedis(configSchema.parse({ redis }).redis);
    assert(settings !== undefined);
    return { ...settings, ca: undefined };
  }

  async function open(redis: Readonly<Record<string, unknown>>): Promise<RedisLine> {
    const onTrouble = (detail: string | undefined) => {
      trouble = detail;
    };
    const line = new RedisLine(settingsOf(redis), { now: () => now, onTrouble });
    toClose.push(() => line.close());
    await line.begin();
    return line;
  }

  async function serve(...args: readonly string[]) {
    const server = await startRedis(...args);
    toClose.push(() => server.close());
    return server;
  }

  async function answers(line: RedisLine): Promise<void> {
    assert.equal(await line.ask((redis) => redis.set(line.key('a'), '1'), PATIENT), 'OK');
    assert.equal(await line.ask((redis) => redis.get(line.key('a')), PATIENT), '1');
    assert.equal(trouble, undefined);
  }

  it('asks a server, under keys with its prefix and the version of their layout', async () => {
    const server = await serve();
    await answers(await open({ url: server.url, prefix: 'pypi' }));
    assert.deepEqual(await server.ask.keys('*'), ['pypi:1:a']);
  });

  it('asks with a user and a password that stand in the URL or beside it', async () => {
    const server = await serve('--requirepass', 'p%w/1');
    await answers(await open({ url: server.url, password: 'p%w/1' }));
    await answers(await open({ url: server.url.replace('//', '//:p%25w%2F1@') }));
    await server.ask.call('ACL', 'SETUSER', 'gate', 'on', '>other', '~wg:*', '&wg:*', '+@all');
    await answers(await open({ url: server.url, username: 'gate', password: 'other' }));
    await answers(await open({ url: server.url.replace('//', '//gate:other@') }));
  });

  it('says what is wrong with a password, and repeats none', async () => {
    const server = await serve('--requirepass', 'right');
    const line = await open({ url: server.url, password: 'wrong' });
    await assert.rejects(line.ask((redis) => redis.get('a'), PATIENT));
    assert.match(trouble ?? '', /WRONGPASS|NOAUTH|not connected/);
    assert.doesNotMatch(trouble ?? '', /wrong|right/);
  });

  it('gives up on a server that says nothing, leaves it alone, and comes back to it', async () => {
    const server = await serve();
    const line = await open({ url: server.url });
    server.pause();
    let asked = 0;
    const ask = () =>
      line.ask((redis) => {
        asked += 1;
        return redis.get('a');
      });
    for (let count = 0; count < 3; count += 1) await assert.rejects(ask());
    assert.equal(trouble, 'timeout');
    await assert.rejects(ask());
    assert.equal(asked, 3);
    server.resume();
    now += 5_000;
    await answers(line);
  });

  it('is without a server that is not there at its start, and asks it once it is', async () => {
    const server = await serve();
    await server.stop();
    const line = await open({ url: server.url });
    await assert.rejects(line.ask((redis) => redis.get('a')));
    assert.match(trouble ?? '', /ECONNREFUSED|not connected/);
    await server.start();
    await eventually(async () => {
      now += 5_000;
      await answers(line);
    });
  });

  it('leaves alone a server that takes nothing, and not one whose value is of another type', async () => {
    const server = await serve();
    const line = await open({ url: server.url });
    await server.ask.set('text', 'a');
    for (let count = 0; count < 5; count += 1)
      await assert.rejects(
        line.ask((redis) => redis.hgetall('text'), PATIENT),
        /WRONGTYPE/,
      );
    await answers(line);
    await server.ask.replicaof('127.0.0.1', Number(await freePort()));
    for (let count = 0; count < 3; count += 1)
      await assert.rejects(line.ask((redis) => redis.set('b', '1'), PATIENT));
    assert.match(trouble ?? '', /READONLY|MASTERDOWN/);
  });

  it('asks a cluster, where a script has all its keys in one place', async () => {
    const cluster = await startRedisCluster();
    toClose.push(() => cluster.close());
    const line = await open({ url: cluster.url, mode: 'cluster' });
    await answers(line);
    const script = 'redis.call("set", KEYS[1], ARGV[1]) return redis.call("incr", KEYS[2])';
    for (const tag of ['a', 'b', 'c', 'd']) {
      const keys = [line.key(`{${tag}}:lease`), line.key(`{${tag}}:fence`)];
      assert.equal(await line.ask((redis) => redis.eval(script, 2, ...keys, 'me'), PATIENT), 1);
    }
  });

  it('asks the master that Sentinel names', async () => {
    const server = await serve();
    const folder = await mkdtemp(join(tmpdir(), 'wheelgate-sentinel-'));
    toClose.push(() => rm(folder, { recursive: true, force: true }));
    const file = join(folder, 'sentinel.conf');
    await writeFile(file, `sentinel monitor builds 127.0.0.1 ${server.port} 1\n`);
    const sentinel = await startSentinel(file);
    toClose.push(() => sentinel.close());
    await answers(await open({ url: sentinel.url, mode: 'sentinel', master: 'builds' }));
    assert.equal(await server.ask.get('wg:1:a'), '1');
  });

  describe('what is sent to all', () => {
    async function listen(url: string, mode = 'standalone') {
      const line = await open({ url, mode });
      const events = new RedisEvents(settingsOf({ url, mode }), line);
      toClose.push(() => events.close());
      const heard: string[] = [];
      let gaps = 0;
      let told = () => {};
      events.on('news', (message) => {
        heard.push(message.toString());
        told();
      });
      const gap = () =>
        new Promise<void>((resolve) => {
          told = () => {};
          onGap = resolve;
        });
      let onGap = () => {};
      events.onGap(() => {
        gaps += 1;
        onGap();
      });
      const first = gap();
      events.begin();
      await first;
      const next = () => new Promise<void>((resolve) => (told = resolve));
      return { events, heard, gaps: () => gaps, next, gap };
    }

    it('is heard by the others and by oneself, and by nobody with another prefix', async () => {
      const server = await serve();
      const [one, other] = [await listen(server.url), await listen(server.url)];
      const both = Promise.all([one.next(), other.next()]);
      one.events.send('news', 'a page has changed').catch(LATE);
      await both;
      assert.deepEqual(
        [...one.heard, ...other.heard],
        ['a page has changed', 'a page has changed'],
      );
      assert.deepEqual([one.gaps(), other.gaps()], [1, 1]);
    });

    it('is heard again after a loss, which is told of', async () => {
      const server = await serve();
      const one = await listen(server.url);
      const again = one.gap();
      await server.stop();
      await server.start();
      // Its word to itself goes over the line, which leaves Redis alone for a while by its own clock.
      const clock = setInterval(() => (now += 5_000), 20);
      toClose.push(() => clearInterval(clock));
      await again;
      assert.equal(one.gaps(), 2);
      const heard = one.next();
      one.events.send('news', 'later').catch(LATE);
      await heard;
      assert.deepEqual(one.heard, ['later']);
    });

    it('is heard in a cluster', async () => {
      const cluster = await startRedisCluster();
      toClose.push(() => cluster.close());
      const [one, other] = [
        await listen(cluster.url, 'cluster'),
        await listen(cluster.url, 'cluster'),
      ];
      const heard = other.next();
      one.events.send('news', 'to all nodes').catch(LATE);
      await heard;
      assert.deepEqual(other.heard, ['to all nodes']);
    });
  });
});
