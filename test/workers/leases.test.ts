import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ALONE } from '../../src/fleet/alone.js';
import type { Leases } from '../../src/fleet/leases.js';
import { Channel } from '../../src/workers/channel.js';
import { PrimaryLeases } from '../../src/workers/primary-leases.js';
import type { ToPrimary, ToWorker } from '../../src/workers/words.js';
import { WorkerLeases } from '../../src/workers/worker-leases.js';
import {
  BEGUN,
  following,
  type Holder,
  KEY,
  leasesContract,
  leasesOfOneContract,
  ours,
  turns,
} from '../fleet/contract/leases.js';
import { linePair } from './line-pair.js';

/** One more worker of a primary. */
function workerOf(primary: PrimaryLeases): Holder {
  const [a, b] = linePair();
  const atPrimary: ToWorker = new Channel(a);
  const atWorker: ToPrimary = new Channel(b);
  primary.attend(atPrimary);
  return {
    leases: new WorkerLeases(atWorker),
    dies: () => {
      atPrimary.close();
      atWorker.close();
      primary.dismiss(atPrimary);
    },
  };
}

function workers(count: number, above: Leases = ALONE.leases): Holder[] {
  const primary = new PrimaryLeases(above);
  return Array.from({ length: count }, () => workerOf(primary));
}

/** Primaries that have each other's leases from one above them, with a worker each. */
function workersApart(count: number): Holder[] {
  const top = new PrimaryLeases(ALONE.leases);
  return Array.from({ length: count }, () => {
    const [worker] = workers(1, workerOf(top).leases);
    return worker!;
  });
}

leasesOfOneContract('of a process that is alone', () => ALONE.leases);
leasesContract('among the workers of one primary', workers);
leasesContract('among workers of several primaries', workersApart);

describe('the leases of a machine among several', () => {
  it('are lost with the machine, for those of the other ones', async () => {
    const top = new PrimaryLeases(ALONE.leases);
    const machine = workerOf(top);
    const [here] = workers(1, machine.leases);
    const [there, beside] = workers(2, workerOf(top).leases);
    const lease = ours(await here!.leases.take(KEY));
    lease.tell(BEGUN);
    const followers = [
      following(await there!.leases.take(KEY)),
      following(await beside!.leases.take(KEY)),
    ];
    await turns();
    machine.dies();
    for (const { heard, over } of followers) {
      assert.equal(await over, 'lost');
      assert.deepEqual(heard, [BEGUN]);
    }
    ours(await there!.leases.take(KEY));
    following(await beside!.leases.take(KEY));
  });

  it("are nobody's where those above cannot be asked", async () => {
    const silent = { take: () => Promise.reject(new Error('nobody there')) };
    const [one, two] = workers(2, silent);
    const asked = await Promise.allSettled([one!.leases.take(KEY), two!.leases.take(KEY)]);
    assert.equal(asked[0].status, 'rejected');
    const second = asked[1];
    if (second.status === 'fulfilled') assert.equal(await following(second.value).over, 'lost');
  });
});
