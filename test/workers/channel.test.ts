import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Failure } from '../../src/domain/failure.js';
import { withDeadline } from '../../src/runtime/deadline.js';
import { Channel, ChannelError } from '../../src/workers/channel.js';
import { linePair } from './line-pair.js';

interface Left {
  readonly tells: { readonly note: string };
  readonly asks: Record<never, never>;
}
interface Right {
  readonly tells: Record<never, never>;
  readonly asks: {
    readonly double: readonly [number, number];
    readonly odd: readonly [number, number];
  };
}

function pair() {
  const [a, b] = linePair();
  return { left: new Channel<Left, Right>(a), right: new Channel<Right, Left>(b) };
}

describe('a channel', () => {
  it('tells, and asks', async () => {
    const { left, right } = pair();
    const notes: string[] = [];
    left.onTold('note', (note) => notes.push(note));
    right.onAsked('double', async (number) => {
      right.tell('note', `asked for ${number}`);
      return number * 2;
    });
    assert.deepEqual(await Promise.all([left.ask('double', 2), left.ask('double', 21)]), [4, 42]);
    assert.deepEqual(notes, ['asked for 2', 'asked for 21']);
  });

  it('hands on a failure as it is, with its kind and when to ask again', async () => {
    const { left, right } = pair();
    right.onAsked('odd', async () => {
      throw new Failure('overloaded', 'Too much.', { retryAfter: 5_000 });
    });
    await assert.rejects(left.ask('odd', 1), {
      name: 'Failure',
      kind: 'overloaded',
      message: 'Too much.',
      retryAfter: 5_000,
    });
  });

  it('says what went wrong with an answer', async () => {
    const { left, right } = pair();
    right.onAsked('odd', async (number) => {
      if (number % 2 === 0) throw new RangeError(`${number} is even`);
      return number;
    });
    await assert.rejects(left.ask('odd', 2), new ChannelError('2 is even'));
    assert.equal(await left.ask('odd', 3), 3);
  });

  it('keeps what comes before anybody listens, for whoever does', async () => {
    const { left, right } = pair();
    right.tell('note', 'first');
    right.tell('note', 'second');
    const doubled = left.ask('double', 21);
    await new Promise((resolve) => setImmediate(resolve));
    const notes: string[] = [];
    left.onTold('note', (note) => notes.push(note));
    right.onAsked('double', async (number) => number * 2);
    assert.deepEqual(notes, ['first', 'second']);
    assert.equal(await doubled, 42);
    right.tell('note', 'third');
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(notes, ['first', 'second', 'third']);
  });

  it('leaves nobody waiting for a side that is gone', async () => {
    const { left, right } = pair();
    right.onAsked('double', () => new Promise(() => {}));
    const waiting = left.ask('double', 1);
    left.close();
    await assert.rejects(waiting, ChannelError);
    await assert.rejects(left.ask('double', 1), ChannelError);
    left.tell('never' as never, 1 as never);
  });
});

describe('within', () => {
  it('gives up on what takes too long, and on nothing else', async () => {
    assert.equal(await withDeadline(60_000, Promise.resolve(7)), 7);
    await assert.rejects(withDeadline(1, new Promise(() => {})), /timeout/);
    await assert.rejects(withDeadline(60_000, Promise.reject(new Error('no'))), /no/);
  });
});
