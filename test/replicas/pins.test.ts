import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { Sha256 } from '../../src/domain/digest.js';
import type { SeenBytes } from '../../src/domain/integrity.js';
import type { ProjectName } from '../../src/domain/project-name.js';
import { RedisEvents } from '../../src/redis/redis-events.js';
import { RedisLine } from '../../src/redis/redis-line.js';
import { createReplicaProjects } from '../../src/replicas/projects/create.js';
import { type RedisServer, redisProgram, startRedis } from '../support/redis-servers.js';

const { skip } = redisProgram();
const DEMO = 'demo' as ProjectName;
const KEY = 'wg:1:{p:demo}:pins';
const seen = (digit: string): SeenBytes => ({
  filename: 'demo-1.0-py3-none-any.whl',
  sha256: digit.repeat(64) as Sha256,
  hashes: {},
});

describe('the first bytes of a file, among replicas that see some at once', { skip }, () => {
  let redis: RedisServer;
  let toClose: { close(): void }[];

  beforeEach(async () => {
    redis = await startRedis();
    toClose = [];
  });
  afterEach(async () => {
    for (const one of toClose) one.close();
    await redis.close();
  });

  /** One that hears of nothing. */
  async function replica() {
    const settings = {
      hosts: [{ host: '127.0.0.1', port: redis.port }],
      mode: 'standalone',
      master: '',
      tls: false,
      username: undefined,
      password: undefined,
      sentinelPassword: undefined,
      database: 0,
      ca: undefined,
      prefix: 'wg',
    } as const;
    const line = new RedisLine(settings, { now: () => 0, onTrouble: () => {} });
    const redisEvents = new RedisEvents(settings, line);
    toClose.push(redisEvents, line);
    await line.begin();
    let refused = 0;
    const { projects } = createReplicaProjects({
      line,
      redisEvents,
      secret: 'a secret of 32 characters for all',
      inspections: 'v1',
      probes: 'v1p1',
      upstreams: [{ name: 'pypi', url: 'https://pypi.example/simple/' }],
      demandsOf: () => ({ unhashed: 'pin', reuploads: 'refuse' }),
      patience: 0,
      now: () => 0,
      onRefused: (count) => {
        refused += count;
      },
    });
    return { pin: (one: SeenBytes) => projects.pin('pypi', DEMO, one), refused: () => refused };
  }

  it('are those of one of them, for all', async () => {
    const all = await Promise.all(
      ['a', 'b', 'c'].map(async (digit) => ({ digit, ...(await replica()) })),
    );
    const answers = await Promise.all(all.map(({ digit, pin }) => pin(seen(digit))));
    const firsts = all.filter((_, index) => answers[index] === undefined);
    assert.equal(firsts.length, 1, 'one was the first');
    for (const answer of answers)
      if (answer !== undefined) assert.deepEqual(answer, seen(firsts[0]!.digit));
    assert.deepEqual(await (await replica()).pin(seen('d')), seen(firsts[0]!.digit));
  });

  it('are those of whoever comes next, where something else lies there, which makes way', async () => {
    const one = await replica();
    assert.equal(await one.pin(seen('a')), undefined);
    const [field] = await redis.ask.hkeys(KEY);
    await redis.ask.hset(KEY, field!, 'something else');
    assert.equal(await one.pin(seen('b')), undefined);
    assert.equal(one.refused(), 1);
    const other = await replica();
    // It makes way in the background.
    for (;;) {
      const answer = await other.pin(seen('c'));
      if (answer === undefined) continue;
      assert.deepEqual(answer, seen('b'));
      break;
    }
  });

  it('are nobody’s to say where Redis is gone', async () => {
    const one = await replica();
    await redis.stop();
    assert.equal(await one.pin(seen('a')), undefined);
  });
});
