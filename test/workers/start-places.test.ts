import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { MetArtifact } from '../../src/domain/start-partners.js';
import { Channel } from '../../src/workers/channel.js';
import type { Member } from '../../src/workers/members.js';
import { PrimaryStartPlaces } from '../../src/workers/primary-start-places.js';
import { WorkerStartPlaces } from '../../src/workers/worker-start-places.js';
import { linePair } from './line-pair.js';

/** A machine with so many workers, whose clock shows one time after the other. */
function machine(workers: number, ...times: number[]) {
  const members: Member[] = [];
  const primary = new PrimaryStartPlaces(
    () => members,
    () => times.shift() ?? 0,
  );
  return Array.from({ length: workers }, (_, index) => {
    const [a, b] = linePair();
    const member = { id: index + 1, number: index + 1, channel: new Channel(a) } as Member;
    members.push(member);
    primary.attend(member);
    const worker = new WorkerStartPlaces(new Channel(b));
    const known = new Map<string, number>();
    worker.onAnnounced(({ filename }, since) => known.set(filename, since));
    return { worker, known };
  });
}

const artifact = (filename: string) => ({ filename }) as MetArtifact;

describe('the order of artifacts with start places', () => {
  it('has a worker know the earlier artifacts of the others by the time it has its own place', async () => {
    const [one, two] = machine(2, 1000, 1000);
    // What each knows when it has its place: it judges then.
    const judged = await Promise.all(
      [one!, two!].map(async ({ worker, known }, index) => {
        const since = await worker.announce(artifact(`${index}`));
        return { since, earlier: [...known.values()].filter((other) => other < since) };
      }),
    );
    assert.deepEqual(judged, [
      { since: 1000, earlier: [] },
      { since: 1000.001, earlier: [1000] },
    ]);
  });

  it('is the same for all workers, and has none of its own artifacts come back to one', async () => {
    const all = machine(3, 1000, 2000);
    await all[0]!.worker.announce(artifact('first'));
    await all[1]!.worker.announce(artifact('second'));
    await all[2]!.worker.announce(artifact('third'));
    const known = all.map((each) => Object.fromEntries(each.known));
    assert.equal(known[0]!.second, 2000);
    assert.equal(known[0]!.third, known[1]!.third);
    assert.deepEqual(
      known.map((each) => Object.keys(each)),
      [
        ['second', 'third'],
        ['first', 'third'],
        ['first', 'second'],
      ],
    );
  });

  it('goes on if the clock is set back', async () => {
    const [one, two] = machine(2, 2000, 1000);
    const first = await one!.worker.announce(artifact('first'));
    assert.ok((await two!.worker.announce(artifact('second'))) > first);
  });
});
