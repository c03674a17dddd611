import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FillLease, FillNews } from '../../src/artifacts/fill-leases.js';
import { Channel } from '../../src/workers/channel.js';
import { PrimaryLeases } from '../../src/workers/primary-leases.js';
import type { ToPrimary, ToWorker } from '../../src/workers/words.js';
import { WorkerLeases } from '../../src/workers/worker-leases.js';
import { digest } from '../policy/support.js';
import { linePair } from './line-pair.js';

const KEY = 'demo/demo-1.0.whl/abc';
const BEGUN: FillNews = { kind: 'begun', path: '/spool/1', total: 10_000_000 };
const COMPLETE: FillNews = { kind: 'complete', size: 10_000_000, sha256: digest('a'), hashes: {} };

/** A desk with so many workers at it. */
function desk(count: number) {
  const all = new PrimaryLeases();
  const workers = Array.from({ length: count }, () => {
    const [a, b] = linePair();
    const atPrimary: ToWorker = new Channel(a);
    const atWorker: ToPrimary = new Channel(b);
    all.attend(atPrimary);
    return { leases: new WorkerLeases(atWorker), dies: () => all.dismiss(atPrimary) };
  });
  return workers;
}

function ours(lease: FillLease): Extract<FillLease, { kind: 'ours' }> {
  assert.equal(lease.kind, 'ours');
  return lease as Extract<FillLease, { kind: 'ours' }>;
}

function following(lease: FillLease) {
  assert.equal(lease.kind, 'theirs');
  const heard: FillNews[] = [];
  const over = (lease as Extract<FillLease, { kind: 'theirs' }>).follow((news) => {
    heard.push(news);
  });
  return { heard, over };
}

const turns = async (count: number) => {
  for (let turn = 0; turn < count; turn += 1) await new Promise((done) => setImmediate(done));
};

describe('leases of fills', () => {
  it('belong to one worker at a time, and to the next after that', async () => {
    const [one, two] = desk(2);
    const lease = ours(await one!.leases.take(KEY));
    const follower = following(await two!.leases.take(KEY));
    ours(await two!.leases.take('another/file/def'));
    lease.release();
    assert.equal(await follower.over, 'released');
    ours(await two!.leases.take(KEY));
  });

  it('tell those who follow, from the beginning, also those who come late', async () => {
    const [one, two, three] = desk(3);
    const lease = ours(await one!.leases.take(KEY));
    const early = following(await two!.leases.take(KEY));
    lease.tell(BEGUN);
    for (let bytes = 1_000_000; bytes <= 10_000_000; bytes += 1_000_000)
      lease.tell({ kind: 'arrived', bytes });
    await turns(3);
    const late = following(await three!.leases.take(KEY));
    lease.tell(COMPLETE);
    lease.release();
    assert.deepEqual(await Promise.all([early.over, late.over]), ['released', 'released']);
    assert.deepEqual(early.heard[0], BEGUN);
    assert.equal(early.heard.length, 12);
    assert.deepEqual(late.heard, [BEGUN, { kind: 'arrived', bytes: 10_000_000 }, COMPLETE]);
  });

  it('do not tell of every small piece', async () => {
    const [one, two] = desk(2);
    const lease = ours(await one!.leases.take(KEY));
    const follower = following(await two!.leases.take(KEY));
    for (let bytes = 100; bytes <= 200_000; bytes += 100) lease.tell({ kind: 'arrived', bytes });
    lease.release();
    await follower.over;
    assert.ok(follower.heard.length < 100, `${follower.heard.length} messages`);
  });

  it('of a worker that dies are lost, and free', async () => {
    const [one, two, three] = desk(3);
    const lease = ours(await one!.leases.take(KEY));
    const followers = [
      following(await two!.leases.take(KEY)),
      following(await three!.leases.take(KEY)),
    ];
    three!.dies();
    lease.tell(BEGUN);
    await turns(3);
    one!.dies();
    assert.equal(await followers[0]!.over, 'lost');
    assert.deepEqual(
      followers.map(({ heard }) => heard.length),
      [1, 0],
    );
    ours(await two!.leases.take(KEY));
  });

  it('take no word and no release from who does not hold them', async () => {
    const [one, two] = desk(2);
    const lease = ours(await one!.leases.take(KEY));
    lease.release();
    await turns(2);
    ours(await two!.leases.take(KEY));
    const follower = following(await one!.leases.take(KEY));
    lease.tell(COMPLETE);
    lease.release();
    await turns(5);
    assert.deepEqual(follower.heard, []);
    following(await one!.leases.take(KEY));
  });
});
