import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ChangeWatch } from '../../src/runtime/change-watch.js';

/** A watch whose time passes only when `tick` is called, of a file that may hang. */
function watched() {
  let tick = async () => {};
  let state = 'first';
  let comeBack: (() => void) | undefined;
  let hangs = false;
  const told: string[] = [];
  const watch = new ChangeWatch(
    {
      look: async () => {
        if (hangs)
          await new Promise<void>((resolve) => {
            comeBack = resolve;
          });
        return state;
      },
      onChange: async () => {
        told.push(`read ${state}`);
        return true;
      },
      onHang: () => told.push('hangs'),
      every: (_milliseconds, callback) => {
        tick = callback;
        return () => {};
      },
    },
    state,
  );
  return {
    watch,
    told,
    edit: (text: string) => {
      state = text;
    },
    hang: () => {
      hangs = true;
    },
    recover: () => {
      hangs = false;
      comeBack?.();
    },
    tick: () => tick(),
  };
}

describe('a look at a file', () => {
  it('that comes back tells of a change once two agree, and of nothing else', async () => {
    const { told, tick, edit } = watched();
    for (let time = 0; time < 300; time++) await tick();
    assert.deepEqual(told, []);
    edit('second');
    await tick();
    assert.deepEqual(told, []);
    await tick();
    assert.deepEqual(told, ['read second']);
  });

  it('that does not come back is told of once, and what it was for is read again as soon as one does', async () => {
    const { told, tick, hang, recover } = watched();
    hang();
    const first = tick();
    for (let time = 0; time < 300; time++) await tick();
    assert.deepEqual(told, ['hangs']);
    recover();
    await first;
    await tick();
    assert.deepEqual(told, ['hangs', 'read first']);
    await tick();
    assert.equal(told.length, 2);
  });

  it('that a signal asked for is told of likewise', async () => {
    const { watch, told, tick, hang, recover } = watched();
    hang();
    const noticed = watch.takeNotice();
    const first = tick();
    for (let time = 0; time < 300; time++) await tick();
    assert.deepEqual(told, ['hangs']);
    recover();
    await Promise.all([noticed, first]);
    assert.deepEqual(told, ['hangs', 'read first']);
  });
});
