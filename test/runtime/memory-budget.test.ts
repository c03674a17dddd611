import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Failure } from '../../src/domain/failure.js';
import { type Holding, MemoryBudget } from '../../src/runtime/memory-budget.js';

describe('a memory budget', () => {
  it('gives what there is at once, and what is beyond it to one at a time, the earliest first', async () => {
    const budget = new MemoryBudget(10);
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((purpose) => budget.enter(purpose)) as [
      Holding,
      Holding,
      Holding,
      Holding,
    ];
    assert.equal(a.take(6), undefined);
    assert.equal(b.take(30), undefined);
    const order: string[] = [];
    const last = d.take(8)?.then(() => order.push('d'));
    const next = c.take(20)?.then(() => order.push('c'));
    assert.equal(b.take(5), undefined);
    a.release();
    b.release();
    await next;
    assert.deepEqual([order, budget.taken], [['c'], 20]);
    c.release();
    await last;
    assert.deepEqual([order, budget.taken], [['c', 'd'], 8]);
    d.release();
    d.release();
    assert.equal(budget.taken, 0);
  });

  it('is not kept by somebody who came first and takes nothing', () => {
    const budget = new MemoryBudget(10);
    budget.enter('hangs');
    assert.equal(budget.enter('large').take(50), undefined);
  });

  it('gives what somebody leaves to those who wait', async () => {
    const budget = new MemoryBudget(10);
    const [a, b, c] = [budget.enter('a'), budget.enter('b'), budget.enter('c')];
    assert.equal(a.take(3), undefined);
    assert.equal(a.take(8), undefined);
    const waiting = b.take(9);
    assert.notEqual(waiting, undefined);
    a.release();
    await waiting;
    assert.equal(c.take(1), undefined);
    b.release();
    c.release();
    assert.equal(budget.taken, 0);
  });

  it('holds what any mix of work takes to the bound and one piece more, and lets all of it end', async () => {
    const budget = new MemoryBudget(100);
    let most = 0;
    const work = async (purpose: number): Promise<void> => {
      const holding = budget.enter(String(purpose));
      for (let step = 0; step < 5; step += 1) {
        await holding.take(7 + ((purpose * 31 + step * 17) % 40));
        most = Math.max(most, budget.taken);
        await new Promise((resolve) => setImmediate(resolve));
      }
      holding.release();
    };
    await Promise.all(Array.from({ length: 60 }, (_, index) => work(index)));
    assert.ok(most <= 100 + 5 * 46, `${most} were taken at once`);
    assert.equal(budget.taken, 0);
  });

  it('turns away who has waited too long, and goes on with the others', async () => {
    const budget = new MemoryBudget(10, 1);
    const first = budget.enter('a');
    const second = budget.enter('b');
    assert.equal(first.take(11), undefined);
    await assert.rejects(
      async () => second.take(1),
      (error) => error instanceof Failure && error.kind === 'overloaded',
    );
    second.release();
    first.release();
    assert.equal(budget.taken, 0);
  });
});
