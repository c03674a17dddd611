import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  isOneEditFrom,
  itsName,
  newAndAlike,
  usedHere,
  WELL_KNOWN,
} from '../../src/messages/reasons.js';
import { buildSdist, buildWheel } from '../support/distributions.js';
import { ANY, saying } from '../support/messages.js';
import { until } from '../support/until.js';
import { startGate, type TestGate } from '../support/wheelgate.js';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const JSON_TYPE = 'application/vnd.pypi.simple.v1+json';
const days = (age: number) => new Date(NOW - age * 86_400_000).toISOString();

describe('a project that is new at its index', () => {
  let gate: TestGate;
  before(async () => {
    gate = await startGate({
      now: NOW,
      policies: {
        'p.yaml':
          'rules: { new-project: { action: warn, near: block }, late-file: { action: block } }',
      },
    });
  });
  after(() => gate.close());

  function put(name: string, age: number, page: object = {}) {
    const dist = buildWheel({ name: name.replaceAll('-', '_') });
    gate.upstream.addProject(name, [{ dist, uploadTime: days(age) }], page);
    return `/files/${name}/${dist.filename}`;
  }
  const lastDecision = async () => (await gate.decisions()).at(-1)!;

  it('is refused in page and download where its name resembles a known one, with a reason that pip prints', async () => {
    const url = put('colourama', 3);
    const answer = await gate.get(url);
    assert.equal(answer.status, 403);
    assert.match(
      answer.phrase,
      saying(newAndAlike('colourama', '3 days old', itsName(isOneEditFrom('colorama', ANY)))),
    );
    assert.match(answer.json().detail, saying(`${WELL_KNOWN} (new-project)`));
    const record = await lastDecision();
    assert.equal(record.rule, 'new-project');
    assert.equal(record.page?.projectBegan, days(3));
  });

  it('is shown with its first upload, and the name that its own resembles, to people as well', async () => {
    put('colourama', 3);
    put('brandnewthing', 3);
    const { firstUpload, resembles } = (await gate.get('/api/v1/projects/colourama')).json();
    assert.equal(firstUpload, days(3));
    assert.deepEqual(resembles, {
      name: 'colorama',
      how: isOneEditFrom('colorama', WELL_KNOWN),
    });
    const page = (await gate.get('/projects/colourama')).body.toString();
    assert.match(page, /First upload/);
    assert.match(page, saying(isOneEditFrom('colorama', WELL_KNOWN)));
    const other = (await gate.get('/projects/brandnewthing')).body.toString();
    assert.doesNotMatch(other, /<dt>Name<\/dt>|<th[^>]*>Name</);
  });

  it('is served with a warning where its name is its own, and without one where it is old', async () => {
    assert.equal((await gate.get(put('brandnewthing', 3))).status, 200);
    assert.equal((await lastDecision()).verdict, 'warn');
    assert.equal((await lastDecision()).reason, 'brandnewthing is 3 days old (new-project)');
    assert.equal((await gate.get(put('colorams', 400))).status, 200);
    assert.equal((await lastDecision()).verdict, 'allow');
  });

  it('passes once it is old enough, on the page as well, by time alone', async () => {
    const young = await startGate({
      now: NOW,
      policies: { 'p.yaml': 'rules: { new-project: { action: warn, near: block } }' },
    });
    try {
      const dist = buildWheel({ name: 'djanga' });
      const older = buildWheel({ name: 'djanga', version: '0.1' });
      young.upstream.addProject('djanga', [
        { dist, uploadTime: days(3) },
        { dist: older, uploadTime: days(4), yanked: true },
      ]);
      const url = `/files/djanga/${dist.filename}`;
      assert.equal((await young.get(url)).status, 403);
      young.now += 26 * 86_400_000 + 1;
      assert.equal((await young.get(url)).status, 200);
    } finally {
      await young.close();
    }
  });

  it('may resemble another in a namespace that its index says is its owner’s', async () => {
    const refused = put('google-cloud-storagee', 3, {
      namespaces: [{ name: 'google-cloud', owned: false }],
    });
    assert.match((await gate.get(refused)).phrase, /google-cloud is reserved for another owner/);
    const served = put('google-cloud-storages', 3, {
      namespaces: [{ name: 'google-cloud', owned: true }],
    });
    assert.equal((await gate.get(served)).status, 200);
    const page = await gate.get('/simple/google-cloud-storages/', { accept: JSON_TYPE });
    assert.deepEqual(page.json().namespaces, [{ name: 'google-cloud', owned: true }]);
    const report = await gate.get('/api/v1/projects/google-cloud-storages');
    assert.equal(report.json().resembles, undefined, 'the page says what the verdict says');
    const foreign = await gate.get('/api/v1/projects/google-cloud-storagee');
    assert.equal(foreign.json().resembles?.name, 'google-cloud-storage');
  });

  it('has a file refused that joins its release three weeks after the first, and the first served', async () => {
    const name = 'latedemo';
    const first = buildWheel({ name });
    const late = buildSdist({ name });
    gate.upstream.addProject(name, [
      { dist: first, uploadTime: days(100) },
      { dist: late, uploadTime: days(79) },
    ]);
    const answer = await gate.get(`/files/${name}/${late.filename}`);
    assert.equal(answer.status, 403);
    assert.match(answer.phrase, /21 days after the first file of its release \(late-file\)/);
    assert.equal((await gate.get(`/files/${name}/${first.filename}`)).status, 200);
    const { files } = (await gate.get(`/simple/${name}/`, { accept: JSON_TYPE })).json();
    assert.deepEqual(
      files.map(({ yanked }: { yanked: unknown }) => typeof yanked),
      ['boolean', 'string'],
    );
  });

  it('has every late file refused that a pin of an old version matches, and the same of a new version served', async () => {
    const name = 'latelocal';
    const file = (version: string, tag = 'py3') =>
      buildWheel({ name, version, tags: `${tag}-none-any` });
    const late = ['1.0', '1.0.0', '1.0+1', '1.0.0+deb.2', '2.0', '2.0+cpu'].map((version) =>
      file(version, 'py311'),
    );
    const undated = [file('1.0', 'py312'), file('1.0+3')];
    const served = [
      ...[file('1.0'), buildSdist({ name, version: '1.0' }), file('2.0+gpu'), file('2.0', 'py310')],
      ...[file('3.0'), file('3.0+1'), file('1.0.post1')],
    ];
    const ages = [400, 400, 400, 400, 2, 1, 1];
    gate.upstream.addProject(name, [
      ...served.map((dist, at) => ({ dist, uploadTime: days(ages[at]!) })),
      ...late.map((dist) => ({ dist, uploadTime: days(1) })),
      ...undated.map((dist) => ({ dist, uploadTime: null })),
    ]);
    const { files } = (await gate.get(`/simple/${name}/`, { accept: JSON_TYPE })).json();
    const refused = files.filter(({ yanked }: { yanked: unknown }) => typeof yanked === 'string');
    assert.deepEqual(
      refused.map(({ filename }: { filename: string }) => filename).sort(),
      [...late, ...undated].map(({ filename }) => filename).sort(),
    );
    for (const { filename } of [...late, ...undated])
      assert.match((await gate.get(`/files/${name}/${filename}`)).phrase, /late-file/, filename);
    for (const { filename } of served)
      assert.equal((await gate.get(`/files/${name}/${filename}`)).status, 200, filename);
  });
});

describe('a new project whose name resembles one in use here', () => {
  it('is refused, with how many users install the other one in round numbers, and its twin is served', async () => {
    const gate = await startGate({
      now: NOW,
      config: { 'trusted-proxies': ['127.0.0.1'] },
      policies: { 'p.yaml': 'rules: { new-project: { action: warn, near: block } }' },
    });
    try {
      const put = (name: string, age: number) => {
        const dist = buildWheel({ name });
        gate.upstream.addProject(name, [{ dist, uploadTime: days(age) }]);
        return `/files/${name}/${dist.filename}`;
      };
      const used = put('zorbtools', 400);
      for (let user = 1; user <= 7; user += 1)
        assert.equal((await gate.get(used, { 'x-forwarded-for': `10.0.0.${user}` })).status, 200);
      const [near, far] = [put('zorbtool', 3), put('quuxtool', 3)];
      gate.now += 11 * 60_000;
      await until(async () => (await gate.get(near)).status === 403);
      assert.match((await gate.get(near)).phrase, saying(isOneEditFrom('zorbtools', usedHere(5))));
      assert.equal((await gate.get(far)).status, 200);
      await gate.restart();
      await until(async () => (await gate.get(near)).status === 403);
    } finally {
      await gate.close();
    }
  });

  it('is warned of however many users have it, and is no known name itself until it is old', async () => {
    const gate = await startGate({
      now: NOW,
      config: { 'trusted-proxies': ['127.0.0.1'] },
      policies: { 'p.yaml': 'rules: { new-project: { action: warn, near: warn } }' },
    });
    try {
      const put = (name: string, uploadTime: string | null) => {
        const dist = buildWheel({ name });
        gate.upstream.addProject(name, [{ dist, uploadTime }]);
        return `/files/${name}/${dist.filename}`;
      };
      const download = async (url: string, users: number) => {
        for (let user = 1; user <= users; user += 1)
          assert.equal((await gate.get(url, { 'x-forwarded-for': `10.0.0.${user}` })).status, 200);
      };
      const reasonOf = async (url: string) => {
        await download(url, 1);
        return (await gate.decisions()).at(-1)?.reason ?? '';
      };
      await download(put('zorbtools', days(400)), 6);
      gate.now += 11 * 60_000;
      const known = put('probe-zorbtools-py', days(3));
      const dated = put('zorbtool', days(3));
      const undated = put('zorbtoolz', null);
      const inHtml = put('zorbtools2', null);
      await until(async () => (await reasonOf(dated)).includes(isOneEditFrom('zorbtools', '')));
      for (const url of [dated, undated, inHtml]) await download(url, 6);
      for (const again of ['by time', 'by a restart']) {
        if (again === 'by time') gate.now += 11 * 60_000;
        else await gate.restart();
        // What is known is read again in the background.
        await until(async () => saying(`zorbtools, ${usedHere(ANY)}`).test(await reasonOf(dated)));
        for (const url of [dated, undated, inHtml])
          assert.match(await reasonOf(url), saying(`zorbtools, ${usedHere(5)}`), again);
        const report = await gate.get('/api/v1/projects/zorbtool');
        assert.equal(report.json().resembles?.name, 'zorbtools', 'the page says so, too');
        // Two edits from the known name, and one from a squat.
        assert.doesNotMatch(await reasonOf(put('zorbtoolzy', days(3))), /its name/, again);
      }
      assert.doesNotMatch(await reasonOf(known), /its name/);
      gate.now += 28 * 86_400_000;
      await download(dated, 6);
      gate.now += 11 * 60_000;
      await until(async () =>
        (await reasonOf(put('zorbtol', new Date(gate.now - 86_400_000).toISOString()))).includes(
          'one edit from zorbtool,',
        ),
      );
    } finally {
      await gate.close();
    }
  });
});
