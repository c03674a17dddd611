import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FillNews, Lease, Leases, OurLease, TheirLease } from '../../../src/fleet/leases.js';
import { digest } from '../../policy/support.js';

/** One of those who share the leases. */
export interface Holder {
  readonly leases: Leases;
  /** It ends without a word, as far as those can tell who remain. */
  dies(): void;
}

export const KEY = 'demo/demo-1.0.whl/abc';
export const BEGUN: FillNews = {
  kind: 'begun',
  place: { kind: 'file', path: '/spool/1' },
  total: 10_000_000,
};
export const COMPLETE: FillNews = {
  kind: 'complete',
  size: 10_000_000,
  sha256: digest('a'),
  hashes: {},
};

export function ours(lease: Lease): OurLease {
  assert.equal(lease.kind, 'ours');
  return lease as OurLease;
}

/** Follows a lease, and keeps what it hears. */
export function following(lease: Lease) {
  assert.equal(lease.kind, 'theirs');
  const heard: FillNews[] = [];
  const over = (lease as TheirLease).follow((news) => {
    heard.push(news);
  });
  return { heard, over };
}

/** Lets messages that are under way arrive, however many processes pass them on. */
export const turns = async (count = 12) => {
  for (let turn = 0; turn < count; turn += 1) await new Promise((done) => setImmediate(done));
};

/** What holds for one who has nobody beside it, too. */
export function leasesOfOneContract(name: string, leases: () => Leases): void {
  describe(`leases ${name}`, () => {
    it('are given where nobody else has them, again and again', async () => {
      const all = leases();
      for (let time = 0; time < 2; time += 1) {
        const lease = ours(await all.take(KEY));
        ours(await all.take('another/file/def')).abandon();
        lease.tell(BEGUN);
        lease.tell(COMPLETE);
        lease.release();
        await turns();
      }
    });
  });
}

/** @param share so many that share the same leases */
export function leasesContract(name: string, share: (count: number) => Holder[]): void {
  leasesOfOneContract(name, () => share(1)[0]!.leases);

  describe(`leases ${name}`, () => {
    it('belong to one at a time, and to the next after that', async () => {
      const [one, two] = share(2);
      const lease = ours(await one!.leases.take(KEY));
      const follower = following(await two!.leases.take(KEY));
      ours(await two!.leases.take('another/file/def'));
      lease.release();
      assert.equal(await follower.over, 'released');
      ours(await two!.leases.take(KEY));
    });

    it('go to one of those who ask at the same moment, and the others follow', async () => {
      const all = share(3);
      const taken = await Promise.all(all.map(({ leases }) => leases.take(KEY)));
      const lease = ours(taken.find(({ kind }) => kind === 'ours')!);
      const followers = taken.filter((other) => other !== lease).map(following);
      lease.tell(BEGUN);
      lease.tell(COMPLETE);
      lease.release();
      for (const { heard, over } of followers) {
        assert.equal(await over, 'released');
        assert.deepEqual(heard, [BEGUN, COMPLETE]);
      }
    });

    it('tell those who follow, from the beginning, also those who come late', async () => {
      const [one, two, three] = share(3);
      const lease = ours(await one!.leases.take(KEY));
      const early = following(await two!.leases.take(KEY));
      lease.tell(BEGUN);
      for (let bytes = 1_000_000; bytes <= 10_000_000; bytes += 1_000_000)
        lease.tell({ kind: 'arrived', bytes });
      await turns();
      const late = following(await three!.leases.take(KEY));
      lease.tell(COMPLETE);
      lease.release();
      assert.deepEqual(await Promise.all([early.over, late.over]), ['released', 'released']);
      assert.deepEqual(early.heard[0], BEGUN);
      assert.equal(early.heard.length, 12);
      assert.deepEqual(late.heard, [BEGUN, { kind: 'arrived', bytes: 10_000_000 }, COMPLETE]);
    });

    it('tell of bytes that begin anew nothing that was told of those before, however few have come', async () => {
      const [one, two, three] = share(3);
      const lease = ours(await one!.leases.take(KEY));
      const early = following(await two!.leases.take(KEY));
      const place = { kind: 'file', path: '/spool/2' } as const;
      const anew: FillNews = { kind: 'begun', place, total: 10_000_000 };
      lease.tell(BEGUN);
      lease.tell({ kind: 'arrived', bytes: 9_000_000 });
      lease.tell(anew);
      await turns();
      const late = following(await three!.leases.take(KEY));
      lease.tell({ kind: 'arrived', bytes: 1_000_000 });
      lease.tell(COMPLETE);
      lease.release();
      await Promise.all([early.over, late.over]);
      assert.deepEqual(late.heard, [anew, { kind: 'arrived', bytes: 1_000_000 }, COMPLETE]);
      assert.deepEqual(early.heard.slice(-3), late.heard);
    });

    it('do not tell of every small piece', async () => {
      const [one, two] = share(2);
      const lease = ours(await one!.leases.take(KEY));
      const follower = following(await two!.leases.take(KEY));
      for (let bytes = 100; bytes <= 200_000; bytes += 100) lease.tell({ kind: 'arrived', bytes });
      lease.release();
      await follower.over;
      assert.ok(follower.heard.length < 100, `${follower.heard.length} messages`);
    });

    it('of one who dies are lost, and free', async () => {
      const [one, two, three] = share(3);
      const lease = ours(await one!.leases.take(KEY));
      const followers = [
        following(await two!.leases.take(KEY)),
        following(await three!.leases.take(KEY)),
      ];
      three!.dies();
      lease.tell(BEGUN);
      await turns();
      one!.dies();
      assert.equal(await followers[0]!.over, 'lost');
      assert.deepEqual(
        followers.map(({ heard }) => heard.length),
        [1, 0],
      );
      ours(await two!.leases.take(KEY));
    });

    it('of one who dies while it waits for them are free', async () => {
      const [one, two] = share(2);
      const waiting = one!.leases.take(KEY).catch(() => undefined);
      await turns(1);
      one!.dies();
      await waiting;
      await turns();
      ours(await two!.leases.take(KEY));
    });

    it('that are abandoned are lost, and free', async () => {
      const [one, two] = share(2);
      const lease = ours(await one!.leases.take(KEY));
      const follower = following(await two!.leases.take(KEY));
      lease.abandon();
      assert.equal(await follower.over, 'lost');
      ours(await two!.leases.take(KEY));
    });

    it('take no word and no release from who does not hold them', async () => {
      const [one, two] = share(2);
      const lease = ours(await one!.leases.take(KEY));
      lease.release();
      await turns();
      ours(await two!.leases.take(KEY));
      const follower = following(await one!.leases.take(KEY));
      lease.tell(COMPLETE);
      lease.release();
      lease.abandon();
      await turns();
      assert.deepEqual(follower.heard, []);
      following(await one!.leases.take(KEY));
    });
  });
}
