import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ResilientDecisionLog } from '../../src/decisions/resilient-log.js';
import { record } from './records.js';

describe('a decision log over one that fails', () => {
  it('loses none of its records: each is in the log below, or told of; and says when it is well again', async () => {
    const written: unknown[] = [];
    const lost: unknown[] = [];
    const said: string[] = [];
    let full = false;
    const write = async (given: unknown) => {
      if (full) throw new Error('no space left');
      written.push(given);
    };
    const log = new ResilientDecisionLog(
      { open: () => write('opened'), append: write, close: async () => {} },
      {
        onFailing: () => void said.push('failing'),
        onLost: (given) => void lost.push(given),
        onRecovered: () => void said.push('well'),
      },
    );
    const records = ['a', 'b', 'c', 'd'].map((client) => record(client));
    await log.open();
    for (const [at, one] of records.entries()) {
      full = at === 1 || at === 2;
      await log.append(one);
    }
    assert.deepEqual(written, ['opened', records[0], records[3]]);
    assert.deepEqual(lost, records.slice(1, 3));
    assert.deepEqual(said, ['failing', 'well']);
  });

  it('waits for one that hangs no longer than it must, hands it nothing more, and says when it answers again', async () => {
    const given: unknown[] = [];
    const lost: unknown[] = [];
    const said: string[] = [];
    let answer: () => void = () => {};
    let isHanging = true;
    const log = new ResilientDecisionLog(
      {
        open: async () => {},
        append: (one) => {
          given.push(one);
          if (!isHanging) return Promise.resolve();
          return new Promise<void>((resolve) => {
            answer = resolve;
          });
        },
        close: () => new Promise(() => {}),
      },
      {
        onFailing: () => void said.push('failing'),
        onLost: (one) => void lost.push(one),
        onRecovered: () => void said.push('well'),
      },
      1,
    );
    const [a, b, c] = ['a', 'b', 'c'].map((client) => record(client));
    await log.append(a!);
    await log.append(b!);
    await log.close();
    assert.deepEqual([given, lost, said], [[a], [a, b], ['failing']]);
    isHanging = false;
    answer();
    await Promise.resolve();
    await log.append(c!);
    assert.deepEqual(
      [given, lost, said],
      [
        [a, c],
        [a, b],
        ['failing', 'well'],
      ],
    );
  });
});
