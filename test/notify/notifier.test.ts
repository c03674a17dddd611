import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { Deliveries } from '../../src/notify/deliveries.js';
import { Notifier } from '../../src/notify/notifier.js';
import { Outbox } from '../../src/notify/outbox.js';
import { NOTHING_TOLD, type Told } from '../../src/notify/told.js';
import { FakeTimers } from '../support/fake-timers.js';
import { refusal } from './support/refusal.js';

describe('what is told of', () => {
  let folder: string;
  let timers: FakeTimers;
  let told: Told;
  let bodies: any[];
  let notifier: Notifier;
  let deliveries: Deliveries;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-notifier-'));
    timers = new FakeTimers(Date.UTC(2026, 10, 1));
    told = NOTHING_TOLD;
    bodies = [];
    start();
  });
  afterEach(async () => {
    await close();
    await rm(folder, { recursive: true, force: true });
  });

  function start(): void {
    deliveries = new Deliveries({
      webhooks: [
        { name: 'all', url: 'http://127.0.0.1:9/', format: 'json', events: ['refusal', 'policy'] },
      ],
      outbox: new Outbox(folder),
      send: async (_webhook, _id, body) => {
        bodies.push(JSON.parse(body));
        return { delivered: true };
      },
      timers,
      random: () => 0.5,
      onResult: () => {},
      onState: () => {},
      onNotKept: (error) => assert.fail(String(error)),
    });
    notifier = new Notifier({
      deliveries,
      timers,
      told,
      save: async (state) => {
        told = JSON.parse(JSON.stringify(state));
      },
      onError: (error) => assert.fail(String(error)),
      waivers: () => [],
      revision: () => 'abc',
      linkTo: ({ sha256 }) => sha256 && `https://wg.example/w/${sha256}`,
    });
    notifier.start();
  }

  async function close(): Promise<void> {
    await notifier.close();
    await deliveries.close();
  }

  /** Moves on until so many messages have been sent in all. */
  async function sent(count: number): Promise<void> {
    while (bodies.length < count) {
      timers.advance(0);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  it('is one message each for ten kinds in a minute, and one for all the others', async () => {
    for (let count = 0; count < 14; count += 1)
      notifier.noteRecord(refusal(timers.now(), { project: `p${count}` }));
    await sent(10);
    timers.advance(60_000);
    await sent(11);
    const { type, data } = bodies[10];
    assert.deepEqual([type, data.of, data.count], ['more', 'refusal', 4]);
    assert.deepEqual(
      data.notices.map((notice: any) => notice.project),
      ['p10', 'p11', 'p12', 'p13'],
    );
    notifier.noteRecord(refusal(timers.now(), { project: 'later' }));
    await sent(12);
    assert.equal(bodies[11].data.project, 'later');
  });

  it('is the sum of an hour where the same is refused again, though the server was restarted', async () => {
    notifier.noteRecord(refusal(timers.now(), { sha256: 'f00' }));
    notifier.noteRecord(refusal(timers.now()));
    await sent(1);
    assert.equal(bodies[0].data.link, 'https://wg.example/w/f00');
    await close();
    start();
    notifier.noteRecord(refusal(timers.now()));
    timers.advance(61 * 60_000);
    await sent(2);
    assert.deepEqual([bodies[1].data.count, bodies[1].data.isFirst], [2, false]);
  });

  it('is an edit once, also over a restart, and that it was mended', async () => {
    notifier.noteProblems(['a.yaml:1:1: unknown key']);
    notifier.noteProblems(['a.yaml:1:1: unknown key']);
    await sent(1);
    await close();
    start();
    notifier.noteProblems(['a.yaml:1:1: unknown key']);
    notifier.noteProblems(['a.yaml:2:1: unknown key']);
    notifier.notePolicy();
    notifier.notePolicy();
    await sent(3);
    assert.deepEqual(
      bodies.map(({ data }) => [data.state, data.problems[0]]),
      [
        ['rejected', 'a.yaml:1:1: unknown key'],
        ['rejected', 'a.yaml:2:1: unknown key'],
        ['accepted', undefined],
      ],
    );
  });

  it('is no download that was allowed, and no refusal where nobody wants to hear of it', async () => {
    notifier.noteRecord(refusal(timers.now(), { verdict: 'allow' }));
    notifier.noteRecord({
      event: 'exposed',
      time: new Date(timers.now()).toISOString(),
      revision: 'abc',
      rule: 'deny',
      reason: 'stolen',
      project: 'demo',
      filename: 'demo-1.0.tar.gz',
      downloads: 1,
      parts: 0,
      clients: ['ci'],
      first: '',
      last: '',
    });
    notifier.noteRecord(refusal(timers.now()));
    await sent(1);
    assert.equal(bodies[0].type, 'refusal');
  });
});
