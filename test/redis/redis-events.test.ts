import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { configSchema } from '../../src/config/schema.js';
import { toRedis } from '../../src/config/sections/redis.js';
import { RedisEvents } from '../../src/redis/redis-events.js';
import { RedisLine } from '../../src/redis/redis-line.js';
import { type RedisServer, redisProgram, startRedis } from '../support/redis-servers.js';
import { until } from '../support/until.js';

const { skip } = redisProgram();
/** On a loaded machine the answer may come too late; the message is sent all the same. */
const LATE = () => {};

describe('what is heard over Redis', { skip }, () => {
  let server: RedisServer;
  let line: RedisLine;
  let events: RedisEvents;
  let gaps = 0;
  const heard: string[] = [];

  beforeEach(async () => {
    server = await startRedis();
    const settings = { ...toRedis(configSchema.parse({ redis: { url: server.url } }).redis)! };
    line = new RedisLine(
      { ...settings, ca: undefined },
      { now: () => performance.now(), onTrouble: () => {} },
    );
    await line.begin();
    [gaps, heard.length] = [0, 0];
    events = new RedisEvents({ ...settings, ca: undefined }, line);
    events.on('news', (message) => heard.push(message.toString()));
    events.onGap(() => {
      gaps += 1;
    });
    events.begin();
    await until(() => gaps === 1);
  });
  afterEach(async () => {
    events.close();
    line.close();
    await server.close();
  });

  const subscriptions = async (): Promise<number> => {
    const stats = await server.ask.info('commandstats');
    return Number(/cmdstat_subscribe:calls=(\d+)/.exec(stats)?.[1] ?? 0);
  };

  it('is subscribed to once for each connection, by who hears it: a failure of that is known to it', async () => {
    assert.equal(await subscriptions(), 1);
    for (let number = 2; number < 5; number += 1) {
      await server.ask.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
      await until(() => gaps === number);
      assert.equal(await subscriptions(), number);
    }
    events.send('news', 'again').catch(LATE);
    await until(() => heard.length > 0);
    assert.deepEqual(heard, ['again']);
  });

  it('is heard again after a server that comes and goes, which ends nothing', async () => {
    const rejected: unknown[] = [];
    const note = (error: unknown) => rejected.push(error);
    process.on('unhandledRejection', note);
    try {
      const before = gaps;
      for (let time = 0; time < 5; time += 1) {
        await server.stop();
        await server.start();
      }
      await until(() => gaps > before);
      assert.deepEqual(rejected, []);
    } finally {
      process.off('unhandledRejection', note);
    }
  });
});
