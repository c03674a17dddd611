import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { LogRecord } from '../../src/decisions/record.js';
import { createMetrics } from '../../src/observe/metrics.js';
import { createLog } from '../../src/runtime/log.js';
import { Channel } from '../../src/workers/channel.js';
import type { ToPrimary, ToWorker } from '../../src/workers/words.js';
import { createWorkerDecisions } from '../../src/workers/worker-decisions.js';
import { record } from '../decisions/records.js';
import { linePair } from './line-pair.js';

it('a worker waits for a first process that hangs no longer than it must, and counts the record that it did not take', async () => {
  const [a, b] = linePair();
  const first: ToWorker = new Channel(a);
  const channel: ToPrimary = new Channel(b);
  const metrics = createMetrics();
  const patience = 20;
  const decisions = createWorkerDecisions(channel, { log: createLog('silent'), metrics }, patience);
  // Nobody answers on the other side.
  await decisions.append(record('a'));
  await decisions.append(record('b'));
  const lost = async () =>
    (await metrics.decisionLogFailures.get()).values.map(({ value }) => value);
  assert.deepEqual(await lost(), [2]);

  const taken: LogRecord[] = [];
  const answered = new Promise<void>((resolve) => {
    first.onAsked('decision', async (given) => {
      taken.push(given);
      setImmediate(resolve);
      return undefined;
    });
  });
  await answered;
  // It has answered by now what it was asked before.
  await new Promise(setImmediate);
  await decisions.append(record('c'));
  assert.deepEqual(taken, [record('a'), record('c')]);
  assert.deepEqual(await lost(), [2]);
});
