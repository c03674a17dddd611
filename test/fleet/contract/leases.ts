import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { Sha256 } from '../../../src/domain/digest.js';
import type { FillNews, Lease, Leases, OurLease, TheirLease } from '../../../src/fleet/leases.js';

/** One of those who share the leases. */
export interface Holder {
  readonly leases: Leases;
  /** It ends without a word, as far as those can tell who remain. */
  dies(): void;
}

export const KEY = 'demo/demo-1.0.whl/abc';
const SIZE = 10_000_000;
const folder = mkdtempSync(join(tmpdir(), 'wheelgate-leases-'));
const place = { kind: 'file', path: join(folder, 'spooled') } as const;
const bytes = randomBytes(SIZE);
writeFileSync(place.path, bytes);
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

export const BEGUN: Extract<FillNews, { kind: 'begun' }> = {
  kind: 'begun',
  place,
  total: SIZE,
  transfer: 'first',
  etag: '"abc"',
};
export const COMPLETE: FillNews = {
  kind: 'complete',
  size: SIZE,
  sha256: createHash('sha256').update(bytes).digest('hex') as Sha256,
  hashes: {},
};

/** The same wherever the bytes are read, and in however many steps they come. */
export function said(heard: readonly FillNews[]): object[] {
  const last = (news: FillNews, at: number) =>
    news.kind !== 'arrived' || heard[at + 1]?.kind !== 'arrived';
  return heard.filter(last).map((news) => (news.kind === 'begun' ? { ...news, place } : news));
}

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
export function leasesOfOneContract(name: string, leases: () => Leases | Promise<Leases>): void {
  describe(`leases ${name}`, () => {
    it('are given where nobody else has them, again and again', async () => {
      const all = await leases();
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
export function leasesContract(
  name: string,
  share: (count: number) => Holder[] | Promise<Holder[]>,
): void {
  leasesOfOneContract(name, async () => (await share(1))[0]!.leases);

  describe(`leases ${name}`, () => {
    it('belong to one at a time, and to the next after that', async () => {
      const [one, two] = await share(2);
      const lease = ours(await one!.leases.take(KEY));
      const follower = following(await two!.leases.take(KEY));
      ours(await two!.leases.take('another/file/def'));
      lease.release();
      // Whoever has heard of no end asks again, however it ended.
      await follower.over;
      ours(await two!.leases.take(KEY));
    });

    it('go to one of those who ask at the same moment, and the others follow', async () => {
      const all = await share(3);
      const taken = await Promise.all(all.map(({ leases }) => leases.take(KEY)));
      const lease = ours(taken.find(({ kind }) => kind === 'ours')!);
      const followers = taken.filter((other) => other !== lease).map(following);
      lease.tell(BEGUN);
      lease.tell(COMPLETE);
      lease.release();
      for (const { heard, over } of followers) {
        assert.equal(await over, 'released');
        assert.deepEqual(
          said(heard).filter((news) => !('bytes' in news)),
          [BEGUN, COMPLETE],
        );
      }
    });

    it('tell those who follow, from the beginning, also those who come late', async () => {
      const [one, two, three] = await share(3);
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
      for (const { heard } of [early, late])
        assert.deepEqual(said(heard), [BEGUN, { kind: 'arrived', bytes: SIZE }, COMPLETE]);
    });

    it('tell of bytes that begin anew nothing that was told of those before, however few have come', async () => {
      const [one, two, three] = await share(3);
      const lease = ours(await one!.leases.take(KEY));
      const early = following(await two!.leases.take(KEY));
      const anew: FillNews = { ...BEGUN, transfer: 'second' };
      lease.tell(BEGUN);
      lease.tell({ kind: 'arrived', bytes: 9_000_000 });
      await turns();
      lease.tell(anew);
      await turns();
      const late = following(await three!.leases.take(KEY));
      lease.tell({ kind: 'arrived', bytes: 1_000_000 });
      await turns();
      lease.tell(COMPLETE);
      lease.release();
      await Promise.all([early.over, late.over]);
      for (const { heard } of [early, late]) {
        const at = heard.findLastIndex((news) => news.kind === 'begun');
        const first = heard[at + 1];
        assert.deepEqual(said(heard.slice(at, at + 1)), [anew]);
        assert.ok(first?.kind === 'arrived' && first.bytes <= 1_000_000);
        assert.deepEqual(heard.at(-1), COMPLETE);
      }
    });

    it('do not tell of every small piece', async () => {
      const [one, two] = await share(2);
      const lease = ours(await one!.leases.take(KEY));
      const follower = following(await two!.leases.take(KEY));
      for (let bytes = 100; bytes <= 200_000; bytes += 100) lease.tell({ kind: 'arrived', bytes });
      lease.release();
      await follower.over;
      assert.ok(follower.heard.length < 100, `${follower.heard.length} messages`);
    });

    it('of one who dies are lost, and free', async () => {
      const [one, two, three] = await share(3);
      const lease = ours(await one!.leases.take(KEY));
      const followers = [
        following(await two!.leases.take(KEY)),
        following(await three!.leases.take(KEY)),
      ];
      three!.dies();
      lease.tell(BEGUN);
      while (followers[0]!.heard.length === 0) await turns(1);
      one!.dies();
      assert.equal(await followers[0]!.over, 'lost');
      assert.deepEqual(said(followers[0]!.heard), [BEGUN]);
      ours(await two!.leases.take(KEY));
    });

    it('of one who dies while it waits for them are free', async () => {
      const [one, two] = await share(2);
      const waiting = one!.leases.take(KEY).catch(() => undefined);
      await turns(1);
      one!.dies();
      await waiting;
      await turns();
      ours(await two!.leases.take(KEY));
    });

    it('that are abandoned are lost, and free', async () => {
      const [one, two] = await share(2);
      const lease = ours(await one!.leases.take(KEY));
      const follower = following(await two!.leases.take(KEY));
      lease.abandon();
      assert.equal(await follower.over, 'lost');
      ours(await two!.leases.take(KEY));
    });

    it('take no word and no release from who does not hold them', async () => {
      const [one, two] = await share(2);
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
