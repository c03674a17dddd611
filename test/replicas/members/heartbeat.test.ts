import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import type { RedisLine } from '../../../src/redis/redis-line.js';
import { Heartbeat } from '../../../src/replicas/members/heartbeat.js';
import { writeEntry } from '../../../src/replicas/members/replica-entry.js';
import type { Roster } from '../../../src/replicas/members/roster.js';
import { troublesOf } from '../../../src/replicas/members/troubles.js';
import { Seal } from '../../../src/replicas/seal.js';
import { eventually } from '../../support/eventually.js';
import { openRedisLine } from '../../support/open-redis-line.js';
import { type RedisServer, redisProgram, startRedis } from '../../support/redis-servers.js';

const { skip } = redisProgram();
const SEAL = new Seal('the secret that all replicas have');

describe('replicas that say that they are there', { skip }, () => {
  let server: RedisServer;
  let line: RedisLine;
  /** How far the clock of the machines is before Redis'. */
  let wrong: number;
  let unsigned: number;
  const made: Heartbeat[] = [];

  before(async () => {
    server = await startRedis();
  });
  after(() => server.close());
  beforeEach(async () => {
    await server.ask.flushall();
    line = await openRedisLine(server.url);
    wrong = 0;
    unsigned = 0;
  });
  afterEach(async () => {
    for (const heartbeat of made.splice(0)) await heartbeat.close();
    line.close();
  });

  let instances = 0;
  function replica(name: string, more: { revision?: string; seal?: Seal } = {}): Heartbeat {
    instances += 1;
    const heartbeat = new Heartbeat(
      { name, instance: `i${instances}`, version: '1.0', inspector: 4, url: undefined },
      {
        line,
        seal: more.seal ?? SEAL,
        every: () => () => {},
        now: () => Date.now() + wrong,
        own: () => ({ revision: more.revision ?? 'r1' }),
        onRoster: () => {},
        onUnsigned: (count) => {
          unsigned = count;
        },
      },
    );
    made.push(heartbeat);
    return heartbeat;
  }
  const states = ({ replicas }: Roster) => replicas.map(({ name, state }) => `${name} ${state}`);

  it('are known to each other, with what they go by, until they say that they end', async () => {
    const [a, b] = [replica('a'), replica('b', { revision: 'r2' })];
    await a.beat();
    await b.beat();
    await a.beat();
    assert.deepEqual(states(a.roster), ['a self', 'b present']);
    assert.deepEqual(states(b.roster), ['a present', 'b self']);
    assert.equal(a.roster.replicas[1]?.revision, 'r2');
    await b.close();
    await a.beat();
    assert.deepEqual(states(a.roster), ['a self']);
  });

  it('are silent after 15 s without a word, and forgotten after an hour', async () => {
    const a = replica('a');
    for (const [later, expected] of [
      [14_000, 'b present'],
      [16_000, 'b silent'],
      [3_590_000, 'b silent'],
    ] as const) {
      // What it says is of Redis' clock: it said so as long ago.
      await leave('b', 'gone', later);
      await a.beat();
      assert.ok(states(a.roster).includes(expected), `${later}: ${states(a.roster)}`);
    }
    await leave('b', 'gone', 3_601_000);
    await a.beat();
    assert.deepEqual(states(a.roster), ['a self']);
    await eventually(async () =>
      assert.equal(await server.ask.hexists(line.key('replicas'), 'b/gone'), 0),
    );
  });

  /** What a replica has said some time ago. */
  async function leave(name: string, instance: string, ago: number): Promise<void> {
    const at = Date.now() - ago;
    const entry = { name, instance, revision: 'r1', version: '1.0', inspector: 4, started: at, at };
    const value = writeEntry(entry, SEAL);
    await server.ask.hset(line.key('replicas'), `${name}/${instance}`, value);
  }

  it('notice that two of them have one name, and do not take a restart for that', async () => {
    const [a, first] = [replica('a'), replica('b')];
    await first.beat();
    const second = replica('b');
    await second.beat();
    await a.beat();
    assert.deepEqual(a.roster.namesakes, [], 'the first may be gone');
    await eventually(async () => {
      for (const one of [first, second, a]) await one.beat();
      assert.deepEqual(a.roster.namesakes, ['b']);
    });
    assert.deepEqual(second.roster.namesakes, ['b']);
    const [trouble] = troublesOf({ roster: a.roster, disagree: false, ahead: 0 });
    assert.match(trouble ?? '', /several replicas are named b/);
  });

  it('do not believe who has another secret, nor what is moved to another name', async () => {
    const [a, b] = [replica('a'), replica('b', { seal: new Seal('another secret') })];
    const real = replica('c');
    await b.beat();
    await real.beat();
    const key = line.key('replicas');
    const [, value] = Object.entries(await server.ask.hgetallBuffer(key)).find(([field]) =>
      field.startsWith('c/'),
    )!;
    await server.ask.hset(key, 'd/i9', value);
    await server.ask.hset(key, 'x'.repeat(10_000), 'long', 'e/i9', 'y'.repeat(100_000));
    await a.beat();
    assert.deepEqual(states(a.roster), ['a self', 'c present']);
    assert.equal(unsigned, 2);
  });

  it('say by how much the clock of the machine is wrong', async () => {
    wrong = 7_000;
    const a = replica('a');
    await a.beat();
    assert.ok(Math.abs((a.ahead ?? 0) + 7_000) < 1_000, `${a.ahead}`);
    const said = troublesOf({ roster: a.roster, disagree: false, ahead: a.ahead });
    assert.deepEqual(said, ['the local clock is 7 s ahead of that of Redis']);
    // What the others see is of Redis' clock.
    wrong = 0;
    const b = replica('b');
    await b.beat();
    assert.deepEqual(states(b.roster), ['a present', 'b self']);
  });

  it('go on where Redis does not let them ask for its time', async () => {
    await server.ask.call('ACL', 'SETUSER', 'default', '-time');
    try {
      const a = replica('a');
      await a.beat();
      assert.equal(a.ahead, undefined);
      assert.equal(await server.ask.hlen(line.key('replicas')), 1);
    } finally {
      await server.ask.call('ACL', 'SETUSER', 'default', '+time');
    }
  });
});
