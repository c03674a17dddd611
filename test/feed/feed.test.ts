import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { Agent } from 'undici';
import type { ProjectName } from '../../src/domain/project-name.js';
import { readFeedFile, readFeedIndex } from '../../src/feed/feed-file.js';
import { indexFeed } from '../../src/feed/feed-index.js';
import { makeFeedSource } from '../../src/feed/make-feed-source.js';
import { readOsvRecord } from '../../src/feed/osv-record.js';
import { syncFeed } from '../../src/feed/sync-feed.js';
import { buildZip } from '../support/archives/zip.js';
import { buildWheel } from '../support/distributions.js';
import { Mirror, osv } from '../support/osv-mirror.js';
import { FRAMINGS, type Framing, rawAnswer, startRawIndex } from '../support/raw-index.js';
import { startGate, type TestGate } from '../support/wheelgate.js';

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 10, 1);

/** The index over some records, as a verdict would ask it. */
async function named(
  records: readonly object[],
  project: string,
  version?: string,
): Promise<string | undefined> {
  const stored = new Map(
    records.map((record) => {
      const { id, entries } = readOsvRecord(record)!;
      return [id, entries];
    }),
  );
  const feed = indexFeed({ syncedAt: NOW, records: stored });
  return feed.find(project as ProjectName, version)?.id;
}

describe('an OSV record', () => {
  it('names versions, as PEP 440 compares them', async () => {
    const records = [osv('MAL-2026-1', 'Bad_Thing', { versions: ['1.0', 'v1.1.RC1'] })];
    for (const version of ['1.0', '1.0.0', '1.1rc1'])
      assert.equal(await named(records, 'bad-thing', version), 'MAL-2026-1', version);
    for (const version of ['1.1', '1.0.1', '2.0'])
      assert.equal(await named(records, 'bad-thing', version), undefined);
    assert.equal(await named(records, 'bad-thin', '1.0'), undefined);
  });

  it('names spans of versions', async () => {
    const events = [
      { introduced: '1.2' },
      { fixed: '1.4' },
      { introduced: '2.0' },
      { last_affected: '2.1' },
      { introduced: '3.0' },
    ];
    const records = [osv('MAL-2026-2', 'spans', { ranges: [{ type: 'ECOSYSTEM', events }] })];
    const refused = ['1.2', '1.3.9', '1.4rc1', '2.0', '2.1', '3.0', '9'];
    const allowed = ['1.1', '1.2a1', '1.4', '1.9', '2.1.1', '2.9'];
    for (const version of refused)
      assert.equal(await named(records, 'spans', version), 'MAL-2026-2', version);
    for (const version of allowed)
      assert.equal(await named(records, 'spans', version), undefined, version);
  });

  it('without versions means every one, and one that cannot be read counts as any', async () => {
    const all = [osv('MAL-2026-3', 'rotten')];
    for (const version of ['0.1', '99!1', undefined])
      assert.equal(await named(all, 'rotten', version), 'MAL-2026-3');
    const fromStart = [
      osv('MAL-2026-4', 'x', { ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }] }] }),
    ];
    assert.equal(await named(fromStart, 'x', '0.0.1a1'), 'MAL-2026-4');
    assert.equal(
      await named([osv('MAL-2026-5', 'y', { versions: ['1.0'] })], 'y', undefined),
      'MAL-2026-5',
    );
  });

  it('counts by an alias, too, and not where it is withdrawn, no malware, or for another index', async () => {
    const one = { versions: ['1.0'] };
    assert.equal(
      await named([osv('GHSA-x', 'a', one, { aliases: ['MAL-2026-6'] })], 'a', '1.0'),
      'MAL-2026-6',
    );
    assert.equal(
      await named([osv('PYSEC-1', 'a', one, { aliases: ['CVE-1'] })], 'a', '1.0'),
      undefined,
    );
    assert.equal(
      await named([osv('MAL-1', 'a', one, { withdrawn: '2026-10-02T00:00:00Z' })], 'a', '1.0'),
      undefined,
    );
    const npm = { package: { ecosystem: 'npm', name: 'a' }, versions: ['1.0'] };
    assert.equal(await named([osv('MAL-1', 'a', npm)], 'a', '1.0'), undefined);
  });

  it('is none where it is anything else', () => {
    for (const value of [null, 1, [], {}, { id: 3 }]) assert.equal(readOsvRecord(value), undefined);
    const odd = { id: 'MAL-1', aliases: 3, affected: [null, 3, {}, { package: 'a' }] };
    assert.deepEqual(readOsvRecord(odd)!.entries, []);
  });
});

describe('syncing a feed', () => {
  let folder: string;
  let file: string;
  let mirror: Mirror;
  const dispatcher = new Agent();
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-feed-'));
    file = join(folder, 'data', 'feed.jsonl');
    mirror = new Mirror();
    await mirror.start();
    mirror.put(osv('MAL-2026-1', 'one', { versions: ['1.0'] }), '2026-10-01T00:00:00Z');
    mirror.put(osv('MAL-2026-2', 'two', { versions: ['1.0'] }), '2026-10-02T00:00:00Z');
    mirror.put(osv('PYSEC-2026-3', 'three', { versions: ['1.0'] }), '2026-10-03T00:00:00Z');
  });
  afterEach(async () => {
    mirror.stop();
    await rm(folder, { recursive: true, force: true });
  });
  after(() => dispatcher.close());

  const sync = (place = mirror.url) => syncFeed(makeFeedSource(place, dispatcher), file, NOW);

  it('does not read what comes in a transfer coding that nobody asked for, and reads chunks', async () => {
    const index = await startRawIndex();
    try {
      const list = Buffer.from('2026-10-01T00:00:00Z,MAL-2026-1\n');
      const changes = (framing: Framing) => {
        index.answers.set('/modified_id.csv', rawAnswer(list, framing));
        return makeFeedSource(index.url, dispatcher).changes();
      };
      for (const framing of Object.values(FRAMINGS))
        assert.deepEqual([...(await changes(framing))!.keys()], ['MAL-2026-1']);
      const coded: Framing = (body) => ({ headers: ['transfer-encoding: gzip'], body });
      await assert.rejects(changes(coded), /transfer coding "gzip"/);
    } finally {
      await index.close();
    }
  });

  it('fetches the whole, then only what changed', async () => {
    const first = await sync();
    assert.deepEqual([first.how, first.added, first.feed.records.size], ['whole', 2, 2]);
    mirror.asked.length = 0;
    assert.equal((await sync()).how, 'unchanged');
    assert.deepEqual(mirror.asked, ['modified_id.csv']);

    mirror.put(osv('MAL-2026-1', 'one', {}, { withdrawn: 'now' }), '2026-10-04T00:00:00Z');
    mirror.put(osv('MAL-2026-2', 'two', { versions: ['1.0', '1.1'] }), '2026-10-05T00:00:00Z');
    mirror.put(osv('MAL-2026-9', 'nine', { versions: ['1.0'] }), '2026-10-06T00:00:00Z');
    mirror.asked.length = 0;
    const { how, added, changed, removed } = await sync();
    assert.deepEqual(
      { how, added, changed, removed },
      { how: 'changes', added: 1, changed: 1, removed: 1 },
    );
    assert.ok(!mirror.asked.includes('all.zip'));
    const stored = (await readFeedIndex(file))!;
    assert.equal(stored.find('one' as ProjectName, '1.0'), undefined);
    assert.equal(stored.find('two' as ProjectName, '1.1')?.id, 'MAL-2026-2');
    assert.equal(stored.find('nine' as ProjectName, '1.0')?.id, 'MAL-2026-9');
  });

  it('keeps the feed before it where the source breaks, is empty or is cut off', async () => {
    await sync();
    const before = await readFile(file, 'utf8');
    mirror.broken = true;
    await rm(file);
    await writeFile(file, before);
    mirror.put(osv('MAL-2026-9', 'nine'), '2026-10-06T00:00:00Z');
    await assert.rejects(sync(`${mirror.url}/`.slice(0, -1)));
    mirror.broken = false;
    mirror.records.clear();
    const other = makeFeedSource(`${mirror.url}`, dispatcher);
    await rm(file);
    await assert.rejects(syncFeed(other, file, NOW), /no PyPI malware records/);
    mirror.stop();
    await writeFile(file, before);
    await assert.rejects(sync());
    assert.equal(await readFile(file, 'utf8'), before);
    assert.deepEqual(await readdir(join(folder, 'data')), ['feed.jsonl']);
  });

  it('takes a folder, of an archive or of records', async () => {
    const records = join(folder, 'records');
    await mkdir(records);
    await writeFile(join(records, 'a.json'), JSON.stringify(osv('MAL-1', 'a')));
    await writeFile(join(records, 'notes.txt'), 'not a record');
    assert.equal((await sync(records)).feed.records.size, 1);
    const name = 'MAL-2.json';
    const content = JSON.stringify(osv('MAL-2', 'b'));
    await writeFile(join(records, 'all.zip'), buildZip([{ name, content }]));
    const { feed, added, removed } = await sync(records);
    assert.deepEqual([[...feed.records.keys()], added, removed], [['MAL-2'], 1, 1]);
  });

  it('takes a file that is torn for none', async () => {
    await sync();
    const { length } = await readFile(file);
    for (const size of [length - 1, length - 30, 10, 0]) {
      await truncate(file, size);
      assert.equal(await readFeedFile(file), undefined);
    }
    assert.equal((await sync()).how, 'whole');
  });
});

describe('the rule malware-feed', () => {
  let gate: TestGate;
  let mirror: Mirror;
  const bad = buildWheel({ name: 'bad', version: '1.1' });
  const fine = buildWheel({ name: 'bad', version: '1.0' });
  const file = (dist: { filename: string }) => `/files/bad/${dist.filename}`;

  before(async () => {
    mirror = new Mirror();
    await mirror.start();
    mirror.put(osv('MAL-2026-1', 'bad', { versions: ['1.1'] }), '2026-10-01T00:00:00Z');
  });
  beforeEach(async () => {
    gate = await startGate({ config: { 'feed.url': mirror.url } });
    gate.upstream.addProject('bad', [fine, bad]);
  });
  afterEach(() => gate.close());
  after(() => mirror.stop());

  it('refuses what the feed names, on the page and as a file, with its identifier; its neighbour passes', async () => {
    // Known as clean, until the feed names it.
    assert.equal((await gate.get(file(bad))).status, 200);
    const json = { accept: 'application/vnd.pypi.simple.v1+json' };
    assert.equal((await gate.get('/simple/bad/', json)).json().files[1].yanked, false);

    await gate.gate.feed!.sync();
    const refused = await gate.get(file(bad));
    assert.equal(refused.status, 403);
    assert.match(refused.phrase, /bad 1\.1 is malware according to MAL-2026-1.*\(malware-feed\)/);
    assert.equal(refused.json().reference, 'MAL-2026-1');
    assert.equal((await gate.get(file(fine))).status, 200);
    assert.match((await gate.get('/simple/bad/', json)).json().files[1].yanked, /MAL-2026-1/);
    assert.deepEqual(await gate.metric('wheelgate_feed_age_seconds'), [
      'wheelgate_feed_age_seconds 0',
    ]);

    // Who had been given it before is told of.
    await gate.gate.exposure.settled();
    const [exposed] = ((await gate.decisions()) as any[]).filter(
      ({ event }) => event === 'exposed',
    );
    assert.deepEqual([exposed.rule, exposed.filename], ['malware-feed', bad.filename]);
  });

  it('is in force at once after a restart, and waived like any rule', async () => {
    await gate.gate.feed!.sync();
    await gate.restart();
    assert.equal((await gate.get(file(bad))).status, 403);
    await gate.writePolicy(
      'waiver.yaml',
      'waivers: [{rule: malware-feed, project: bad, versions: "==1.1", reason: a false alarm, owner: me, expires: "2026-11-20"}]',
    );
    assert.equal((await gate.get(file(bad))).status, 200);
  });

  it('says what stale says where the feed was never read, or has grown old', async () => {
    const { refused, phrase } = { refused: 403, phrase: /malware feed has never been read/ };
    assert.equal((await gate.get(file(fine))).status, 200);
    await gate.writePolicy(
      'strict.yaml',
      'rules: {malware-feed: {action: block, max-age: 1d, stale: block}}',
    );
    const never = await gate.get(file(fine));
    assert.equal(never.status, refused);
    assert.match(never.phrase, phrase);
    await gate.gate.feed!.sync();
    assert.equal((await gate.get(file(fine))).status, 200);
    gate.now += 2 * DAY;
    const old = await gate.get(file(fine));
    assert.equal(old.status, refused);
    assert.match(old.phrase, /malware feed is stale: last synced 2026-11-01 00:00 UTC/);
  });

  it('tells the operator where the feed cannot be read', async () => {
    mirror.broken = true;
    await gate.gate.feed!.sync();
    mirror.broken = false;
    const { parts, status } = (await gate.get('/readyz')).json();
    assert.deepEqual([status, parts['malware-feed'].state], ['degraded', 'degraded']);
    await gate.gate.feed!.sync();
    assert.equal((await gate.get('/readyz')).json().status, 'ok');
  });
});
