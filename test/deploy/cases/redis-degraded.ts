import { type RedisServer, startRedis } from '../../support/redis-servers.js';
import { TARGET } from '../timeline.js';
import { type AlertCase, untilPart } from './case.js';

const FIRES = { alert: 'WheelgateRedisDegraded', labels: { ...TARGET, part: 'redis' } };

let redis: RedisServer;
const onRedis = {
  gate: async () => {
    redis = await startRedis();
    return { config: { 'redis.url': redis.url } };
  },
  end: () => redis.close(),
};

export const REDIS_DEGRADED: readonly AlertCase[] = [
  {
    ...onRedis,
    name: 'fires when Redis is gone for five minutes, alone, and ends when it is back, empty',
    run: async (timeline, gate) => {
      await timeline.scraped(3);
      await redis.stop();
      await untilPart(gate, 'redis', true);
      await timeline.scraped(5);
      timeline.expect();
      await timeline.scraped();
      timeline.expect(FIRES);
      await timeline.scraped(60);
      timeline.expect(FIRES);
      await redis.start();
      await untilPart(gate, 'redis', false);
      await timeline.scraped();
      timeline.expect();
    },
  },
  {
    ...onRedis,
    name: 'is silent while Redis is there, and when it is away for a moment',
    run: async (timeline, gate) => {
      await timeline.scraped(10);
      timeline.expect();
      await redis.stop();
      await untilPart(gate, 'redis', true);
      await timeline.scraped(3);
      await redis.start();
      await untilPart(gate, 'redis', false);
      await timeline.scraped(10);
      timeline.expect();
    },
  },
];
