import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ShortLeases } from '../../src/fleet/short-leases.js';
import { Channel } from '../../src/workers/channel.js';
import { PrimaryShortLeases } from '../../src/workers/primary-short-leases.js';
import type { ToPrimary, ToWorker } from '../../src/workers/words.js';
import { linePair } from './line-pair.js';

describe('a short lease', () => {
  function worker(primary: PrimaryShortLeases) {
    const [a, b] = linePair();
    const atPrimary: ToWorker = new Channel(a);
    const atWorker: ToPrimary = new Channel(b);
    primary.attend(atPrimary);
    return (key: string) => atWorker.ask('short-lease', { key, lasts: 60_000 });
  }

  it('is given to one of several workers, and asked for above once', async () => {
    const asked: string[] = [];
    const above: ShortLeases = { take: async (key) => asked.push(key) > 0 };
    const leases = new PrimaryShortLeases(above);
    const [one, other] = [worker(leases), worker(leases)];
    assert.deepEqual(await Promise.all([one('a'), other('a')]), [true, false]);
    assert.equal(await other('b'), true);
    assert.deepEqual(asked, ['a', 'b']);
  });

  it('is nobody’s here where another machine has it', async () => {
    const leases = new PrimaryShortLeases({ take: async () => false });
    assert.equal(await worker(leases)('a'), false);
  });
});
