import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { buildWheel } from '../support/distributions.js';
import { startGate, type TestGate } from '../support/wheelgate.js';

const SECOND = 1_000;
const DAY = 86_400 * SECOND;
const YEAR = 365 * DAY;
const JSON_PAGE = { accept: 'application/vnd.pypi.simple.v1+json' };

const dist = buildWheel({ name: 'demo', files: { 'demo/a.py': 'x' } });
const younger = buildWheel({ name: 'demo', version: '2.0', files: { 'demo/a.py': 'x' } });

let feed: string;
before(async () => {
  feed = await mkdtemp(join(tmpdir(), 'wheelgate-feed-'));
  await mkdir(feed, { recursive: true });
  const record = {
    id: 'MAL-2026-1',
    modified: '2026-10-01T00:00:00Z',
    summary: 'bad',
    affected: [{ package: { ecosystem: 'PyPI', name: 'bad' }, versions: ['1.0'] }],
  };
  await writeFile(join(feed, 'MAL-2026-1.json'), JSON.stringify(record));
});
after(() => rm(feed, { recursive: true, force: true }));

const WAIVER =
  '{rule: sdist, project: demo, versions: "==1.0", reason: r, owner: o, expires: "2026-11-20T00:00Z"}';

const isOurs = ({ filename }: { filename: string }) => filename === dist.filename;

describe('page and file', () => {
  let gate: TestGate;
  beforeEach(async () => {
    gate = await startGate({ config: { 'feed.url': feed } });
    const uploadTime = new Date(gate.now - 2 * DAY).toISOString();
    // Where nothing else is left to choose, a page does not yank.
    gate.upstream.addProject('demo', [{ dist, uploadTime }, younger]);
  });
  afterEach(() => gate.close());

  /** What both say at this instant, warm and cold alike. */
  async function refused(): Promise<boolean> {
    const onPage = async () =>
      Boolean((await gate.get('/simple/demo/', JSON_PAGE)).json().files.find(isOurs).yanked);
    const page = await onPage();
    const file = await gate.get(`/files/demo/${dist.filename}`);
    assert.equal(page, file.status === 403, `page ${page}, file ${file.status}`);
    assert.equal(await onPage(), page);
    return page;
  }

  /** Whether it is refused just before an instant and from it on. */
  async function around(instant: number): Promise<[boolean, boolean]> {
    gate.now = instant - 1;
    const earlier = await refused();
    gate.now = instant;
    return [earlier, await refused()];
  }

  it('agree about a feed that grows old, and one that turns out to be unchanged', async () => {
    await gate.writePolicy(
      'a.yaml',
      'rules: {malware-feed: {action: block, max-age: 1d, stale: block}}',
    );
    assert.equal(await refused(), true, 'never read');
    for (let time = 0; time < 2; time += 1) {
      await gate.gate.feed!.sync();
      const synced = gate.now;
      assert.equal(await refused(), false);
      assert.deepEqual(await around(synced + DAY), [false, true]);
      gate.now += 30 * DAY;
      assert.equal(await refused(), true);
    }
  });

  it('agree about a feed that seems to come from the future', async () => {
    await gate.writePolicy(
      'a.yaml',
      'rules: {malware-feed: {action: block, max-age: 1d, stale: block}}',
    );
    await gate.gate.feed!.sync();
    gate.now -= 5 * SECOND;
    assert.equal(await refused(), false, 'set right by seconds');
    gate.now -= YEAR;
    assert.equal(await refused(), true);
    await gate.gate.feed!.sync();
    assert.equal(await refused(), false);
  });

  it('agree about a cooldown to the millisecond, also where the clock goes back', async () => {
    await gate.writePolicy('a.yaml', 'rules: {cooldown: {action: block, age: 3d}}');
    const end = gate.now + DAY;
    assert.deepEqual(await around(end), [true, false]);
    gate.now = end + YEAR;
    assert.equal(await refused(), false);
    assert.deepEqual(await around(end), [true, false]);
  });

  it('agree about a waiver, also where the clock goes back', async () => {
    await gate.writePolicy(
      'a.yaml',
      `rules: {cooldown: {action: block, age: 10w}}\nwaivers: [${WAIVER.replace('sdist', 'cooldown')}]`,
    );
    const end = Date.parse('2026-11-20T00:00Z');
    assert.deepEqual(await around(end), [false, true]);
    gate.now = end - DAY;
    assert.equal(await refused(), false);
  });
});

describe('a clock that is wrong', () => {
  let gate: TestGate;
  beforeEach(async () => {
    gate = await startGate({ policies: { 'a.yaml': `waivers: [${WAIVER}]` } });
    gate.upstream.addProject('demo', [dist]);
  });
  afterEach(() => gate.close());

  const names = async () =>
    (await gate.get('/simple/demo/', JSON_PAGE)).json().files.map((file: any) => file.filename);
  const projects = async () =>
    (await gate.get('/simple/', JSON_PAGE)).json().projects.map(({ name }: any) => name);

  for (const [what, jump] of [
    ['a year back', -YEAR],
    ['a year forward', YEAR],
  ] as const) {
    it(`does not freeze pages, set ${what}`, async () => {
      assert.deepEqual(await names(), [dist.filename]);
      assert.equal((await gate.get('/simple/absent/')).status, 404);
      gate.upstream.addProject('demo', [dist, younger]);
      gate.upstream.addProject('absent', [buildWheel({ name: 'absent' })]);
      gate.now += jump;
      assert.deepEqual(await names(), [dist.filename, younger.filename]);
      assert.equal((await gate.get('/simple/absent/')).status, 200);
    });

    it(`does not freeze pages that lie on the disk, set ${what}`, async () => {
      assert.deepEqual(await names(), [dist.filename]);
      gate.upstream.addProject('demo', [dist, younger]);
      gate.now += jump;
      await gate.restart();
      assert.deepEqual(await names(), [dist.filename, younger.filename]);
    });

    it(`does not freeze the list of projects, set ${what}`, async () => {
      const serve = (...list: string[]) =>
        gate.upstream.serve(
          '/simple/',
          JSON.stringify({ projects: list.map((name) => ({ name })) }),
          'application/vnd.pypi.simple.v1+json',
        );
      serve('demo');
      assert.deepEqual(await projects(), ['demo']);
      serve('demo', 'other');
      gate.now += jump;
      assert.deepEqual(await projects(), ['demo', 'other']);
    });
  }

  it('does not keep pages fresh that a wrong clock has made fresh for a year', async () => {
    gate.now += YEAR;
    assert.deepEqual(await names(), [dist.filename]);
    gate.now -= YEAR;
    assert.deepEqual(await names(), [dist.filename]);
    gate.upstream.addProject('demo', [dist, younger]);
    gate.now += 120 * SECOND;
    assert.deepEqual(await names(), [dist.filename, younger.filename]);
  });

  it('does not stop the start, whatever it says, and serves', async () => {
    for (const now of [0, Date.UTC(2025, 0, 1), Date.UTC(2040, 0, 1)]) {
      gate.now = now;
      await gate.restart();
      assert.deepEqual(await names(), [dist.filename]);
      assert.equal((await gate.get(`/files/demo/${dist.filename}`)).status, 200);
      assert.equal((await gate.get('/readyz')).json().status, 'ok');
    }
  });

  it('lifts nothing by a waiver that would hold for too long by it, until it is right', async () => {
    gate.now = 0;
    await gate.restart();
    await gate.writePolicy(
      'a.yaml',
      `deny: [{project: demo, reason: no}]\nwaivers: [${WAIVER.replace('sdist', 'deny')}]`,
    );
    const status = async () => (await gate.get(`/files/demo/${dist.filename}`)).status;
    assert.equal(await status(), 403);
    gate.now = Date.UTC(2026, 10, 1);
    assert.equal(await status(), 200);
    gate.now = Date.UTC(2026, 10, 21);
    assert.equal(await status(), 403);
  });
});
