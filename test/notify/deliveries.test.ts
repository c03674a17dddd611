import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { Deliveries } from '../../src/notify/deliveries.js';
import { Outbox } from '../../src/notify/outbox.js';
import type { AttemptResult, WebhookSettings } from '../../src/notify/webhook.js';
import { FakeTimers } from '../support/fake-timers.js';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const HOOK: WebhookSettings = {
  name: 'chat',
  url: 'http://127.0.0.1:9/hook',
  format: 'json',
  events: ['refusal'],
};
const AWAY: AttemptResult = {
  delivered: false,
  why: 'status 503',
  isOutage: true,
  retryAfter: undefined,
};
const REJECTED: AttemptResult = { ...AWAY, why: 'status 400', isOutage: false };

/** Waits for files and callbacks that are bound to come. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

describe('deliveries', () => {
  let folder: string;
  let timers: FakeTimers;
  /** What the webhook answers, by the text of the message. */
  let answer: (body: string) => AttemptResult;
  let attempts: { readonly id: string; readonly body: string; readonly at: number }[];
  let results: string[];
  let states: (string | undefined)[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-outbox-'));
    timers = new FakeTimers(Date.UTC(2026, 10, 1));
    answer = () => ({ delivered: true });
    [attempts, results, states] = [[], [], []];
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  function deliver(webhooks: readonly WebhookSettings[] = [HOOK]): Deliveries {
    return new Deliveries({
      webhooks,
      outbox: new Outbox(folder),
      send: async (_webhook, id, body) => {
        attempts.push({ id, body, at: timers.now() });
        return answer(body);
      },
      timers,
      mostWaiting: 5,
      random: () => 0.5,
      onResult: (_webhook, result) => results.push(result),
      onState: (_webhook, why) => states.push(why),
      onNotKept: (error) => assert.fail(String(error)),
    });
  }

  const tell = (deliveries: Deliveries, time: string) =>
    deliveries.tell({ event: 'test', time }, () => true);

  /** Moves on until something has become of the next attempt. */
  async function attempt(milliseconds: number): Promise<void> {
    const before = results.length;
    timers.advance(milliseconds);
    await until(() => results.length > before);
    // The line plans its next attempt once this one is settled.
    await new Promise((resolve) => setImmediate(resolve));
  }

  it('brings a message once, and keeps nothing of it', async () => {
    const deliveries = deliver();
    await tell(deliveries, 'first');
    await attempt(0);
    assert.deepEqual([results, deliveries.waiting], [['delivered'], 0]);
    await deliveries.close();
    await until(() => attempts.length === 1);
    assert.deepEqual(JSON.parse(attempts[0]!.body).timestamp, 'first');
  });

  it('tries again within 30 s and then more and more seldom, with the same id and body', async () => {
    const deliveries = deliver();
    answer = () => AWAY;
    await tell(deliveries, 'first');
    await attempt(0);
    for (const wait of [5_000, 20_000, MINUTE, 5 * MINUTE, 15 * MINUTE, 60 * MINUTE, 60 * MINUTE])
      await attempt(wait);
    answer = () => ({ delivered: true });
    await attempt(60 * MINUTE);
    assert.deepEqual(results.slice(-2), ['failed', 'delivered']);
    assert.equal(new Set(attempts.map(({ id }) => id)).size, 1);
    assert.equal(new Set(attempts.map(({ body }) => body)).size, 1);
    assert.deepEqual(states.slice(-2), ['status 503', undefined]);
    await deliveries.close();
  });

  it('waits as long as the receiver asks for', async () => {
    const deliveries = deliver();
    answer = () => ({ ...AWAY, retryAfter: 10 * MINUTE });
    await tell(deliveries, 'first');
    await attempt(0);
    timers.advance(10 * MINUTE - 1);
    assert.equal(attempts.length, 1);
    await attempt(1);
    assert.equal(attempts.length, 2);
    await deliveries.close();
  });

  it('asks a receiver that is away for one message, not for all that wait', async () => {
    const deliveries = deliver();
    answer = () => AWAY;
    for (const time of ['first', 'second', 'third']) await tell(deliveries, time);
    await attempt(0);
    assert.equal(attempts.length, 1);
    answer = () => ({ delivered: true });
    timers.advance(5_000);
    await until(() => results.length === 4);
    assert.deepEqual(results, ['failed', 'delivered', 'delivered', 'delivered']);
    await deliveries.close();
  });

  it('lets a message that is rejected stop no other', async () => {
    const deliveries = deliver();
    answer = (body) => (body.includes('bad') ? REJECTED : { delivered: true });
    await tell(deliveries, 'bad');
    await tell(deliveries, 'good');
    timers.advance(0);
    await until(() => results.length === 2);
    assert.deepEqual(results, ['failed', 'delivered']);
    assert.equal(deliveries.waiting, 1);
    await deliveries.close();
  });

  it('goes on after a restart where it was, and drops what is for a webhook that is gone', async () => {
    const before = deliver([HOOK, { ...HOOK, name: 'gone' }]);
    answer = () => AWAY;
    await tell(before, 'first');
    timers.advance(0);
    await until(() => results.length === 2);
    await before.close();
    await writeFile(join(folder, `msg_${'0'.repeat(32)}.json`), '{"torn');
    answer = () => ({ delivered: true });
    const deliveries = deliver();
    await deliveries.start();
    assert.equal(deliveries.waiting, 1);
    await attempt(0);
    assert.equal(results.at(-1), 'delivered');
    const [first, , last] = attempts;
    assert.ok([first?.id, attempts[1]?.id].includes(last?.id));
    await deliveries.close();
    while ((await readdir(folder)).length > 0)
      await new Promise((resolve) => setImmediate(resolve));
  });

  it('drops what nobody took for three days, and the oldest where too many wait', async () => {
    const deliveries = deliver();
    answer = () => AWAY;
    await tell(deliveries, 'first');
    await attempt(0);
    await attempt(3 * DAY);
    await attempt(MINUTE);
    assert.equal(results.at(-1), 'dropped');
    for (let count = 0; count <= 5; count += 1) await tell(deliveries, `${count}`);
    assert.equal(deliveries.waiting, 5);
    assert.equal(results.filter((result) => result === 'dropped').length, 2);
    await deliveries.close();
  });

  it('tells only those who want it', async () => {
    const deliveries = deliver([HOOK, { ...HOOK, name: 'other', events: ['policy'] }]);
    await deliveries.tell({ event: 'test', time: 'first' }, ({ events }) =>
      events.includes('policy'),
    );
    assert.equal(deliveries.waiting, 1);
    await deliveries.close();
  });
});
