import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import type { Written } from '../../../src/decisions/file-log.js';
import { writeRecord } from '../../../src/decisions/record.js';
import type { RedisLine } from '../../../src/redis/redis-line.js';
import { writeTold } from '../../../src/replicas/decisions/envelope.js';
import { Following } from '../../../src/replicas/decisions/following.js';
import { Telling } from '../../../src/replicas/decisions/telling.js';
import { Seal } from '../../../src/replicas/seal.js';
import { systemTimers } from '../../../src/runtime/timers.js';
import { record } from '../../decisions/records.js';
import { eventually } from '../../support/eventually.js';
import { openRedisLine } from '../../support/open-redis-line.js';
import { type RedisServer, redisProgram, startRedis } from '../../support/redis-servers.js';

const { skip } = redisProgram();
const SEAL = new Seal('the secret that all replicas have');

describe('the decisions of the other replicas', { skip }, () => {
  let server: RedisServer;
  let line: RedisLine;
  let counts: { heard: number; missed: number; unsigned: number };
  let dropped: number;
  const toClose: (() => Promise<void>)[] = [];

  before(async () => {
    server = await startRedis();
  });
  after(() => server.close());
  beforeEach(async () => {
    await server.ask.flushall();
    line = await openRedisLine(server.url);
    counts = { heard: 0, missed: 0, unsigned: 0 };
    dropped = 0;
  });
  afterEach(async () => {
    for (const close of toClose.splice(0).reverse()) await close();
    line.close();
  });

  let runs = 0;
  function telling(replica: string): Telling {
    runs += 1;
    const made = new Telling(
      { replica, run: `run ${runs}` },
      {
        line,
        seal: SEAL,
        timers: systemTimers,
        onSent: () => {},
        onDropped: (count) => {
          dropped += count;
        },
      },
    );
    toClose.push(() => made.close());
    return made;
  }

  /** One that follows, with all that it has heard. */
  function follower(self: string, upTo?: string) {
    const heard: string[] = [];
    const place: { upTo: string | undefined } = { upTo };
    const following = new Following(
      {
        self,
        line,
        seal: SEAL,
        every: () => () => {},
        now: () => Date.UTC(2026, 4, 6),
        onHeard: async (written, at) => {
          for (const one of written)
            if (one.record && !('event' in one.record)) heard.push(one.record.client);
          place.upTo = at;
        },
        onCounted: (more) => {
          counts.heard += more.heard;
          counts.missed += more.missed;
          counts.unsigned += more.unsigned;
        },
        onLooked: () => {},
      },
      upTo,
    );
    return { following, heard, place };
  }

  const decided = (replica: string, clients: readonly string[]): Written[] =>
    clients.map((client) => {
      const one = { ...record(client), replica, request: `of ${client}` };
      return { record: one, line: writeRecord(one) };
    });
  const stored = () => server.ask.xlen(line.key('decisions'));

  it('are each heard once, in their order, also over a restart, and one’s own are not', async () => {
    const [a, b] = [telling('a'), telling('b')];
    const first = follower('b');
    a.note(decided('a', ['1', '2']));
    a.note(decided('a', ['3']));
    b.note(decided('b', ['own']));
    await eventually(async () => assert.equal(await stored(), 4));
    await first.following.look();
    await first.following.look();
    assert.deepEqual(first.heard, ['1', '2', '3']);
    a.note(decided('a', ['4']));
    await eventually(async () => assert.equal(await stored(), 5));
    const second = follower('b', first.place.upTo);
    await second.following.look();
    assert.deepEqual(second.heard, ['4']);
    assert.deepEqual([...second.following.runs.gaps], []);
    assert.deepEqual(counts, { heard: 4, missed: 0, unsigned: 0 });
  });

  it('wait while Redis is away, and are heard once it is back', async () => {
    const a = telling('a');
    const { following, heard } = follower('b');
    a.note(decided('a', ['1']));
    await eventually(async () => assert.equal(await stored(), 1));
    await following.look();
    await server.stop();
    a.note(decided('a', ['2', '3']));
    await following.look();
    await server.start();
    await eventually(async () => {
      await following.look();
      assert.deepEqual(heard, ['1', '2', '3']);
    });
    assert.deepEqual([...following.runs.gaps], []);
    assert.equal(dropped, 0);
  });

  it('are heard once, however often Redis is told of them', async () => {
    const a = telling('a');
    const { following, heard } = follower('b');
    a.note(decided('a', ['1', '2', '3']));
    await eventually(async () => assert.equal(await stored(), 3));
    const key = line.key('decisions');
    for (const [, [, value]] of await server.ask.xrangeBuffer(key, '-', '+'))
      await server.ask.xadd(key, '*', 'v', value!);
    await following.look();
    assert.deepEqual(heard, ['1', '2', '3']);
    assert.deepEqual(counts, { heard: 3, missed: 0, unsigned: 0 });
  });

  it('are heard once where somebody puts those of runs before back, in turn', async () => {
    const { following, heard } = follower('b');
    for (const client of ['1', '2']) {
      const a = telling('a');
      a.note(decided('a', [client]));
      await a.close();
      await following.look();
    }
    assert.deepEqual(heard, ['1', '2']);
    const key = line.key('decisions');
    const all = await server.ask.xrangeBuffer(key, '-', '+');
    for (let round = 0; round < 3; round += 1)
      for (const [, [, value]] of all) await server.ask.xadd(key, '*', 'v', value!);
    await following.look();
    assert.deepEqual(heard, ['1', '2']);
    assert.equal(counts.heard, 2);
  });

  for (const [what, spoil] of Object.entries({
    'an entry behind which none can be': (key: string) =>
      server.ask.xadd(key, '18446744073709551615-18446744073709551615', 'x', 'y'),
    'something else under its key': async (key: string) => {
      await server.ask.del(key);
      await server.ask.lpush(key, 'x');
    },
  }))
    it(`are heard, or known to be missing, where somebody has put ${what}`, async () => {
      const a = telling('a');
      const { following, heard } = follower('b');
      a.note(decided('a', ['1']));
      await eventually(async () => assert.equal(await stored(), 1));
      await following.look();
      await spoil(line.key('decisions'));
      a.note(decided('a', ['2', '3']));
      await eventually(async () => {
        await following.look();
        assert.ok(heard.join() === '1,2,3' || following.runs.gaps.size > 0);
      });
    });

  it('leave a gap that is known where some of them are lost', async () => {
    const a = telling('a');
    const { following, heard, place } = follower('b');
    a.note(decided('a', ['1']));
    await eventually(async () => assert.equal(await stored(), 1));
    await following.look();
    a.note(decided('a', ['2', '3']));
    await eventually(async () => assert.equal(await stored(), 3));
    const [, second] = await server.ask.xrange(line.key('decisions'), '-', '+');
    await server.ask.xdel(line.key('decisions'), second![0]);
    await following.look();
    assert.deepEqual(heard, ['1', '3']);
    const time = record('').time;
    assert.deepEqual([...following.runs.gaps], [['a', { from: time, to: time }]]);
    assert.equal(counts.missed, 1);
    // It is known after a restart, too.
    assert.equal(follower('b', place.upTo).following.runs.gaps.size, 1);
  });

  it('count as missed where a replica begins anew that has not said that it ends', async () => {
    const { following } = follower('b');
    const first = telling('a');
    first.note(decided('a', ['1']));
    await eventually(async () => assert.equal(await stored(), 1));
    await following.look();
    await first.close();
    const second = telling('a');
    second.note(decided('a', ['2']));
    await eventually(async () => assert.equal(await stored(), 3));
    await following.look();
    assert.equal(following.runs.gaps.size, 0);
    const third = telling('a');
    third.note(decided('a', ['3']));
    await eventually(async () => assert.equal(await stored(), 4));
    await following.look();
    assert.equal(following.runs.gaps.size, 1);
  });

  it('are those of replicas alone: what others have written there counts for nothing', async () => {
    const key = line.key('decisions');
    const [told] = decided('a', ['1']);
    const good = { replica: 'a', run: 'r', number: 1, line: told!.line.trimEnd() };
    await server.ask.xadd(key, '*', 'v', writeTold(good, new Seal('another secret')));
    await server.ask.xadd(key, '*', 'other', 'field');
    await server.ask.xadd(key, '*', 'v', 'x'.repeat(100_000));
    await server.ask.xadd(key, '*', 'v', writeTold({ ...good, line: '{"time":1}' }, SEAL));
    const never = writeRecord({ ...record('1'), replica: 'a', time: 'never' }).trimEnd();
    await server.ask.xadd(key, '*', 'v', writeTold({ ...good, line: never }, SEAL));
    // Who says that another has decided it.
    await server.ask.xadd(key, '*', 'v', writeTold({ ...good, replica: 'c' }, SEAL));
    await server.ask.xadd(key, '*', 'v', writeTold(good, SEAL));
    const { following, heard } = follower('b');
    await following.look();
    assert.deepEqual(heard, ['1']);
    assert.deepEqual(counts, { heard: 1, missed: 0, unsigned: 6 });
  });

  it('are heard after all that Redis has was removed, also where its clock was set back', async () => {
    const key = line.key('decisions');
    const [one, two] = decided('a', ['1', '2']);
    const told = (number: number, { line: text }: Written) =>
      writeTold({ replica: 'a', run: 'r', number, line: text.trimEnd() }, SEAL);
    await server.ask.xadd(key, '2000000000000-0', 'v', told(1, one!));
    const { following, heard } = follower('b');
    await following.look();
    await server.ask.flushall();
    await server.ask.xadd(key, '1000000000000-0', 'v', told(2, two!));
    await following.look();
    await following.look();
    assert.deepEqual(heard, ['1', '2']);
    assert.equal(following.runs.gaps.size, 0);
  });
});
