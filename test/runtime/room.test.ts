import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Failure } from '../../src/domain/failure.js';
import { Room } from '../../src/runtime/room.js';

describe('a room', () => {
  it('gives what there is at once, and lets what does not fit wait until somebody leaves', async () => {
    const room = new Room(10);
    const first = room.enter('a');
    const second = room.enter('b');
    assert.equal(first.take(6), undefined);
    assert.equal(second.take(4), undefined);
    let isIn = false;
    const waited = second.take(1)?.then(() => {
      isIn = true;
    });
    assert.notEqual(waited, undefined);
    await Promise.resolve();
    assert.equal(isIn, false);
    first.release();
    await waited;
    assert.equal(room.taken, 5);
    second.release();
    second.release();
    assert.equal(room.taken, 0);
  });

  it('never keeps whoever came first waiting, and brings that to an end before what came later', async () => {
    const room = new Room(10);
    const [a, b, c] = [room.enter('a'), room.enter('b'), room.enter('c')];
    assert.equal(a.take(30), undefined);
    const order: string[] = [];
    const later = c.take(8)?.then(() => order.push('c'));
    const earlier = b.take(8)?.then(() => order.push('b'));
    // One more piece of work of the first purpose.
    const again = room.enter('a');
    a.release();
    assert.equal(again.take(5), undefined);
    again.release();
    await earlier;
    assert.deepEqual(order, ['b']);
    b.release();
    await later;
    c.release();
    assert.equal(room.taken, 0);
  });

  it('holds what any mix of work takes to the bound and one piece more, and lets all of it end', async () => {
    const room = new Room(100);
    let most = 0;
    const work = async (purpose: number): Promise<void> => {
      const holding = room.enter(String(purpose));
      for (let step = 0; step < 5; step += 1) {
        await holding.take(7 + ((purpose * 31 + step * 17) % 40));
        most = Math.max(most, room.taken);
        await new Promise((resolve) => setImmediate(resolve));
      }
      holding.release();
    };
    await Promise.all(Array.from({ length: 60 }, (_, index) => work(index)));
    assert.ok(most <= 100 + 5 * 46, `${most} were taken at once`);
    assert.equal(room.taken, 0);
  });

  it('turns away who has waited too long, and goes on with the others', async () => {
    const room = new Room(10, 1);
    const first = room.enter('a');
    const second = room.enter('b');
    assert.equal(first.take(10), undefined);
    await assert.rejects(
      async () => second.take(1),
      (error) => error instanceof Failure && error.kind === 'overloaded',
    );
    second.release();
    first.release();
    assert.equal(room.taken, 0);
  });
});
