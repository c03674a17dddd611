import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { PublisherId } from '../../src/domain/publisher.js';
import { yankedText } from '../../src/messages/refusals.js';
import { buildSdist, buildWheel } from '../support/distributions.js';
import { ANY, saying } from '../support/messages.js';
import { askForTokens, bearer } from '../support/tokens.js';
import { startGate, type TestGate } from '../support/wheelgate.js';

const NOW = Date.UTC(2026, 10, 1);
const DAY = 86_400_000;
const old = buildWheel({ name: 'demo', version: '1.0' });
const sources = buildSdist({ name: 'demo', version: '1.0' });
const hooked = buildWheel({ name: 'demo', version: '1.10', files: { 'demo.pth': 'import os\n' } });
const waived = buildWheel({ name: 'demo', version: '1.9', files: { 'demo.pth': 'import os\n' } });
const young = buildWheel({ name: 'demo', version: '2.0' });
const broken = buildWheel({ name: 'demo', version: '1.2' });

const POLICY = `rules:
  cooldown: { action: block, age: 3d, index: hide }
  attestation: { action: warn, require: [demo] }
waivers:
  - { rule: startup-hook, project: demo, versions: "==1.9", reason: traced, owner: apm, expires: 2026-12-01 }
`;

describe('the page of a project', () => {
  let gate: TestGate;
  before(async () => {
    gate = await startGate({
      policies: { 'own.yaml': POLICY },
      config: { 'gate.mode': 'hold', 'dashboard.identities': 'shown' },
      now: NOW,
      verifyProvenance: async () => ({
        kind: 'attested',
        publishers: ['github:acme/demo' as PublisherId],
      }),
    });
    gate.upstream.serve('/provenance', '{}', 'application/json');
    const provenance = new URL('/provenance', gate.upstream.url).href;
    const at = (days: number) => ({ 'upload-time': new Date(NOW - days * DAY).toISOString() });
    gate.upstream.addProject(
      'demo',
      [
        { dist: old, extra: at(900) },
        { dist: sources, extra: at(900) },
        { dist: broken, extra: { ...at(700), yanked: 'broken metadata' } },
        { dist: waived, extra: { ...at(300), provenance } },
        { dist: hooked, extra: at(200) },
        { dist: young, extra: at(1) },
      ],
      { 'project-status': { status: 'deprecated', reason: 'use better-demo' } },
    );
    for (const [user, dist] of [
      ['ann', old],
      ['bob', old],
      ['ann', hooked],
      ['ann', waived],
    ] as const)
      await gate.get(`/files/demo/${dist.filename}`, { 'user-agent': `agent-of-${user}` });
  });
  after(() => gate.close());

  const report = async (query = '') => (await gate.get(`/api/v1/projects/demo${query}`)).json();
  const page = async (query = '') => (await gate.get(`/projects/demo${query}`)).body.toString();

  it('tells of each file, the newest release first, what explain tells of it', async () => {
    const { items, policy, files, releases } = await report();
    assert.deepEqual(
      items.map(({ filename }: { filename: string }) => filename),
      [young, hooked, waived, broken, old, sources].map(({ filename }) => filename),
    );
    assert.deepEqual([files, releases], [6, 5]);
    const explained = (await gate.get('/api/v1/explain?project=demo')).json();
    assert.equal(policy, explained.policy);
    for (const item of items) {
      const same = explained.files.find(({ filename }: any) => filename === item.filename);
      for (const key of ['standing', 'verdict', 'rule', 'reason', 'until', 'waiver', 'inspected'])
        assert.deepEqual(item[key], same[key], `${item.filename}: ${key}`);
    }
  });

  it('says what clients see of each file, as the project page has it', async () => {
    const { items, clientsSee } = await report();
    assert.deepEqual(
      items.map((item: any) => item.clientsSee),
      ['hidden', 'refused', 'listed', 'yanked', 'listed', 'listed'],
    );
    assert.deepEqual(clientsSee, { listed: 3, yanked: 1, refused: 1, hidden: 1, 'last-resort': 0 });
    const { files } = (
      await gate.get('/simple/demo/', { accept: 'application/vnd.pypi.simple.v1+json' })
    ).json();
    for (const { filename, clientsSee: seen } of items) {
      const shown = files.find((file: any) => file.filename === filename);
      assert.equal(shown === undefined, seen === 'hidden', filename);
      if (seen === 'refused') assert.match(shown.yanked, saying(yankedText(ANY)));
      if (seen === 'listed') assert.ok(!shown.yanked, filename);
    }
  });

  it('tells index, status, cooldown, attestations, and what was asked for here', async () => {
    const { index, status, cooldown, newest, items, stale } = await report();
    assert.deepEqual(index, { name: 'fake', public: true, claims: false, inspects: true });
    assert.deepEqual(status, { status: 'deprecated', reason: 'use better-demo' });
    assert.deepEqual(cooldown, { files: 1, until: new Date(NOW + 2 * DAY).toISOString() });
    assert.equal(newest, '1.9');
    assert.equal(stale, undefined);
    const [, refused, attested, , given] = items;
    assert.deepEqual(attested.attestation, { kind: 'attested', publishers: ['github:acme/demo'] });
    assert.deepEqual(given.downloads, { given: 2, refused: 0, last: new Date(NOW).toISOString() });
    assert.deepEqual([refused.downloads.given, refused.downloads.refused], [0, 1]);
    const html = await page();
    for (const text of [
      'deprecated: use better-demo',
      '✖ refused',
      '○ not inspected yet',
      '✔ waived',
      'github:acme/demo',
      'yanked at the index: broken metadata',
      '2 downloaded',
      `href="../projects/demo/files/${hooked.filename}"`,
    ])
      assert.ok(html.includes(text), text);
  });

  it('shows those that are refused, waived or not opened yet by themselves', async () => {
    const names = async (show: string) =>
      (await report(`?show=${show}`)).items.map(({ version }: { version: string }) => version);
    assert.deepEqual(await names('refused'), ['2.0', '1.10']);
    assert.deepEqual(await names('waived'), ['1.9']);
    assert.deepEqual(await names('changed'), ['2.0', '1.10']);
    assert.deepEqual(await names('uninspected'), ['1.2', '1.0']);
    assert.deepEqual((await report()).counts, {
      all: 6,
      refused: 2,
      warned: (await report('?show=warned')).items.length,
      waived: 1,
      uninspected: 2,
      changed: 2,
    });
    for (const query of ['?show=other', '?page=0', '?page=x', '?page=1e3'])
      assert.equal((await gate.get(`/projects/demo${query}`)).status, 400, query);
  });

  it('leads from any spelling of a name to the one in its normal form, and keeps the query', async () => {
    for (const [below, path] of [
      ['/projects', '/projects/Demo?show=refused'],
      ['/api/v1/projects', '/api/v1/projects/DEMO/?show=refused'],
    ] as const) {
      const answer = await gate.get(path);
      assert.equal(answer.status, 301);
      const there = new URL(answer.headers.location as string, gate.url + path);
      assert.equal(there.pathname + there.search, `${below}/demo?show=refused`);
    }
  });

  it('is not there for a project that no index has, or what is no name', async () => {
    for (const path of ['/projects/unheard-of', '/projects/', '/projects/!', '/projects/a%2fb']) {
      const answer = await gate.get(path);
      assert.equal(answer.status, 404, path);
      assert.match(String(answer.headers['content-type']), /^text\/html/);
    }
    assert.equal((await gate.get('/api/v1/projects/unheard-of')).status, 404);
  });

  it('names nobody, whoever asks', async () => {
    for (const text of [await page(), JSON.stringify(await report())])
      assert.doesNotMatch(text, /agent-of|127\.0\.0\.1/);
    await askForTokens(gate, { ann: 'client' });
    const answer = await gate.get('/projects/demo', bearer('ann'));
    assert.equal(answer.status, 200);
    assert.match(answer.body.toString(), /2 downloaded/);
    assert.doesNotMatch(answer.body.toString(), /agent-of|127\.0\.0\.1|href="[^"]*exposure/);
    assert.equal((await gate.get('/projects/demo')).status, 401);
    gate.configure({ 'access.tokens': undefined });
    await gate.restart();
  });
});

describe('the page of a project whose index is down', () => {
  it('is what was seen before, and says so; it is a 503 that says so where nothing was seen', async () => {
    const gate = await startGate();
    try {
      gate.upstream.addProject('demo', [old]);
      assert.equal((await gate.get('/api/v1/projects/demo')).json().stale, undefined);
      for (const name of ['demo', 'unseen'])
        gate.upstream.fault(`/simple/${name}/`, { kind: 'status', status: 500 });
      gate.now += DAY;
      const stale = await gate.get('/projects/demo');
      assert.equal(stale.status, 200);
      assert.match(stale.body.toString(), /▲ .*The last known page is shown\./);
      assert.match(stale.body.toString(), new RegExp(old.filename));
      const unseen = await gate.get('/projects/unseen');
      assert.ok(unseen.status === 502 || unseen.status === 503, String(unseen.status));
      assert.match(String(unseen.headers['content-type']), /^text\/html/);
      assert.match(unseen.body.toString(), /<h1>.*pstream index/);
      gate.upstream.fault('/simple/demo/', undefined);
      gate.now += DAY;
      assert.equal((await gate.get('/api/v1/projects/demo')).json().stale, undefined);
    } finally {
      await gate.close();
    }
  });
});

describe('the page of a project with 8,000 files', () => {
  it('comes in parts of 100, each of them short, and every file is on one', async () => {
    const gate = await startGate();
    try {
      const one = buildWheel({ name: 'many', version: '1.0' });
      const listings = Array.from({ length: 8_000 }, (_, n) => ({
        dist: { ...one, filename: `many-1.${n}-py3-none-any.whl` },
      }));
      gate.upstream.addProject('many', listings);
      const first = await gate.get('/projects/many');
      assert.equal(first.status, 200);
      assert.ok(first.body.length < 200_000, `${first.body.length} bytes`);
      assert.match(first.body.toString(), /Page 1 of 80/);
      const { items, pages, files } = (await gate.get('/api/v1/projects/many?page=80')).json();
      assert.deepEqual([items.length, pages, files], [100, 80, 8_000]);
      assert.equal(items[0].version, '1.99');
      assert.equal(items.at(-1).version, '1.0');
      for (const path of ['/api/v1/projects/many?page=81', '/projects/many?page=81']) {
        const beyond = await gate.get(path);
        assert.equal(beyond.status, 400);
        assert.match(beyond.body.toString(), /must be at most 80/);
      }
    } finally {
      await gate.close();
    }
  });
});
