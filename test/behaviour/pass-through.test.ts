import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { yankedText } from '../../src/messages/refusals.js';
import { buildSdist, buildWheel, type Distribution } from '../support/distributions.js';
import { ANY, sayingOnly } from '../support/messages.js';
import { startGate, type TestGate } from '../support/wheelgate.js';

const JSON_TYPE = 'application/vnd.pypi.simple.v1+json';

describe('metadata passed through', () => {
  let gate: TestGate;
  const dist = buildWheel({ name: 'demo' });

  before(async () => {
    gate = await startGate();
    gate.upstream.addProject('demo', [dist]);
    const file = { filename: dist.filename, url: `http://elsewhere.example/${dist.filename}` };
    const document = JSON.stringify({
      info: { name: 'demo' },
      urls: [file, { url: 'http://elsewhere.example/nameless' }],
      releases: { '1.0': [file] },
    });
    gate.upstream.serve('/pypi/demo/json', document, 'application/json');
    gate.upstream.serve('/pypi/demo/1.0/json', document, 'application/json');
    gate.upstream.serve(
      `/integrity/demo/1.0/${dist.filename}/provenance`,
      '{"version":1}',
      'application/vnd.pypi.integrity.v1+json',
    );
  });
  after(() => gate.close());

  it('names files here, and nowhere else', async () => {
    for (const path of ['/pypi/demo/json', '/pypi/Demo/json', '/pypi/demo/1.0/json']) {
      const answer = await gate.get(path);
      assert.equal(answer.status, 200, path);
      const body = answer.json();
      const url = `${gate.url}/files/demo/${dist.filename}`;
      assert.equal(body.urls[0].url, url);
      assert.equal(body.releases['1.0'][0].url, url);
      assert.equal(body.urls[1].url, undefined);
      assert.doesNotMatch(answer.body.toString(), /elsewhere/);
      assert.deepEqual((await gate.get(new URL(url).pathname)).body, dist.bytes);
    }
  });

  it('answers HEAD as it answers GET, without the body', async () => {
    const path = '/pypi/demo/json';
    const [whole, head] = [await gate.get(path), await gate.get(path, {}, 'HEAD')];
    assert.equal(head.status, 200);
    assert.equal(head.headers['content-length'], String(whole.body.length));
    assert.equal(head.body.length, 0);
  });

  it('gives provenance of a file that the page lists', async () => {
    const answer = await gate.get(`/integrity/demo/1.0/${dist.filename}/provenance`);
    assert.deepEqual(answer.json(), { version: 1 });
    assert.equal(answer.headers['content-type'], 'application/vnd.pypi.integrity.v1+json');
    const other = await gate.get('/integrity/demo/1.0/demo-2.0.tar.gz/provenance');
    assert.equal(other.status, 404);
  });

  it('sends nothing of the client on', async () => {
    await gate.get('/pypi/demo/json', {
      authorization: 'Basic abc',
      cookie: 'a=b',
      'x-forwarded-for': '1.2.3.4',
    });
    const seen = gate.upstream.lastHeaders('/pypi/demo/json')!;
    assert.equal(seen.authorization, undefined);
    assert.equal(seen.cookie, undefined);
    assert.equal(seen['x-forwarded-for'], undefined);
  });

  it('sends no body on, which the upstream would take for a request of its own', async () => {
    const artifact = `/packages/demo/${dist.filename}`;
    const asked = gate.upstream.requests(artifact);
    const answered = gate.upstream.requests('/pypi/demo/json');
    const hidden = `GET ${artifact} HTTP/1.1\r\nhost: hidden\r\n\r\n`;
    const length = hidden.length.toString(16);
    for (const body of [
      `content-length: ${hidden.length}\r\n\r\n${hidden}`,
      `transfer-encoding: chunked\r\n\r\n${length}\r\n${hidden}\r\n0\r\n\r\n`,
    ]) {
      const answer = await askRaw(gate.url, `GET /pypi/demo/json HTTP/1.1\r\nhost: x\r\n${body}`);
      assert.match(answer, /^HTTP\/1\.1 400 /);
    }
    assert.equal(gate.upstream.requests(artifact), asked);
    assert.equal(gate.upstream.requests('/pypi/demo/json'), answered);
    const empty = await gate.get('/pypi/demo/json', { 'content-length': '0' });
    assert.equal(empty.status, 200);
  });

  it('is 404 where there is none, and 502 where it cannot be read', async () => {
    assert.equal((await gate.get('/pypi/nobody/json')).status, 404);
    assert.equal((await gate.get('/pypi/demo/9.9/json')).status, 404);
    assert.equal((await gate.get('/pypi/demo')).status, 404);
    gate.upstream.addProject('torn', [buildWheel({ name: 'torn' })]);
    gate.upstream.serve('/pypi/torn/json', '{"urls": [', 'application/json');
    assert.equal((await gate.get('/pypi/torn/json')).status, 502);
  });

  it('takes the scheme and host from a proxy that is trusted, and from no other', async () => {
    const forwarded = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'pypi.example.com' };
    const urlOf = (answer: { json(): { urls: { url: string }[] } }) => answer.json().urls[0]!.url;
    const plain = urlOf(await gate.get('/pypi/demo/json', forwarded));
    assert.equal(plain, `${gate.url}/files/demo/${dist.filename}`);
    const behind = await startGate({ config: { 'trusted-proxies': ['loopback'] } });
    try {
      behind.upstream.addProject('demo', [dist]);
      const document = JSON.stringify({ urls: [{ filename: dist.filename, url: 'http://x/' }] });
      behind.upstream.serve('/pypi/demo/json', document, 'application/json');
      const trusted = urlOf(await behind.get('/pypi/demo/json', forwarded));
      assert.equal(trusted, `https://pypi.example.com/files/demo/${dist.filename}`);
      for (const [prefix, path] of [
        ['/python', '/python'],
        ['/python/index/', '/python/index'],
        ['//evil.example', ''],
        ['/a"b', ''],
      ] as const)
        assert.ok(
          urlOf(
            await behind.get('/pypi/demo/json', { ...forwarded, 'x-forwarded-prefix': prefix }),
          ).startsWith(`https://pypi.example.com${path}/files/`),
          prefix,
        );
      const bad = { ...forwarded, 'x-forwarded-host': 'evil"<host' };
      assert.equal(urlOf(await behind.get('/pypi/demo/json', bad)), `/files/demo/${dist.filename}`);
    } finally {
      await behind.close();
    }
  });
});

describe("PyPI's JSON under a policy", () => {
  let gate: TestGate;
  const versions = ['1.0', '2.0', '3.0', '4.0rc1'];
  const files = versions.map((version) => buildWheel({ name: 'demo', version }));
  const sdist = buildSdist({ name: 'demo', version: '3.0' });
  const entry = ({ filename, sha256 }: Distribution, more = {}) => ({
    filename,
    url: `http://elsewhere.example/${filename}`,
    digests: { sha256 },
    yanked: false,
    yanked_reason: null,
    ...more,
  });

  before(async () => {
    gate = await startGate();
    const listings = [...files.map((dist) => ({ dist, requiresPython: '>=3.9' })), sdist];
    gate.upstream.addProject('demo', listings, { versions });
    const releases = {
      '0.1': [],
      ...Object.fromEntries(versions.map((version, at) => [version, [entry(files[at]!)]])),
      '3.0': [entry(files[2]!), entry(sdist)],
      // The project page has no such file, or another one by that name.
      '5.0': [entry(buildWheel({ name: 'demo', version: '5.0' }))],
      '6.0': [entry(files[0]!, { digests: { sha256: 'f'.repeat(64) } })],
    };
    const info = (version: string) => ({
      name: 'demo',
      version,
      requires_dist: ['evil'],
      yanked: false,
      yanked_reason: null,
    });
    const whole = { info: info('3.0'), urls: releases['3.0'], releases, vulnerabilities: [] };
    gate.upstream.serve('/pypi/demo/json', JSON.stringify(whole), 'application/json');
    for (const [version, urls] of Object.entries(releases)) {
      const one = JSON.stringify({ info: info(version), urls });
      gate.upstream.serve(`/pypi/demo/${version}/json`, one, 'application/json');
    }
  });
  after(() => gate.close());

  const whole = async () => (await gate.get('/pypi/demo/json')).json();
  const release = async (version: string) => (await gate.get(`/pypi/demo/${version}/json`)).json();

  it('lists what the project page lists, and versions without files as they are', async () => {
    const { releases, info, urls } = await whole();
    assert.deepEqual(Object.keys(releases), ['0.1', ...versions]);
    assert.equal(info.version, '3.0');
    assert.deepEqual(info.requires_dist, ['evil']);
    assert.equal(info.yanked, false);
    assert.equal(urls.length, 2);
    assert.equal((await release('5.0')).info.yanked, true);
    assert.deepEqual((await release('5.0')).urls, []);
    assert.equal((await release('0.1')).info.yanked, false);
  });

  it('yanks what is refused, with the reason, and tells of the newest release that is not', async () => {
    await gate.writePolicy('10.yaml', 'deny: [{project: demo, versions: ">=3,<5", reason: bad}]');
    const { releases, info, urls, vulnerabilities } = await whole();
    for (const version of ['3.0', '4.0rc1'])
      for (const file of releases[version]) {
        assert.equal(file.yanked, true);
        assert.match(file.yanked_reason, sayingOnly(yankedText(`${ANY}bad (deny)`)));
        assert.equal(file.url, `${gate.url}/files/demo/${file.filename}`);
      }
    assert.equal(releases['2.0'][0].yanked, false);
    assert.equal(info.version, '2.0');
    assert.equal(info.requires_dist, null, 'which says that it is not known');
    assert.equal(info.requires_python, '>=3.9');
    assert.equal(info.yanked, false);
    assert.deepEqual(urls, releases['2.0']);
    assert.equal(vulnerabilities, undefined);
    const three = await release('3.0');
    assert.equal(three.info.version, '3.0');
    assert.equal(three.info.yanked, true);
    assert.match(three.info.yanked_reason, /bad \(deny\)/);
    assert.equal((await release('2.0')).info.yanked, false);
  });

  it('leaves out what is refused and hidden, and the versions that have nothing else', async () => {
    const hide = 'rules: {deny: {action: block, index: hide}}';
    await gate.writePolicy(
      '10.yaml',
      `deny: [{project: demo, versions: "==3.0", reason: bad}]\n${hide}`,
    );
    const { releases, info } = await whole();
    assert.deepEqual(Object.keys(releases), ['0.1', '1.0', '2.0', '4.0rc1']);
    assert.equal(info.version, '2.0', 'a final release comes before a pre-release');
    const three = await release('3.0');
    assert.deepEqual(three.urls, []);
    assert.equal(three.info.yanked, true);
  });

  it('has no last resort: where nothing is allowed, nothing looks as if it were', async () => {
    await gate.writePolicy('10.yaml', 'deny: [{project: demo, reason: all of it}]');
    const page = (await gate.get('/simple/demo/', { accept: JSON_TYPE })).json();
    assert.equal(page.files.filter((file: { yanked: unknown }) => file.yanked === false).length, 2);
    const { releases, info } = await whole();
    for (const list of Object.values<{ yanked: boolean }[]>(releases))
      assert.ok(list.every(({ yanked }) => yanked));
    assert.equal(info.version, '3.0');
    assert.equal(info.yanked, true);
    await gate.writePolicy('10.yaml', 'deny: []');
  });

  it('follows what is found in a wheel, to the sdist of its release', async () => {
    const bad = buildWheel({
      name: 'found',
      version: '2.0',
      files: { 'found.pth': 'import os\n' },
    });
    const source = buildSdist({ name: 'found', version: '2.0' });
    const good = buildWheel({ name: 'found', version: '1.0' });
    gate.upstream.addProject('found', [good, bad, source]);
    const releases = { '1.0': [entry(good)], '2.0': [entry(bad), entry(source)] };
    const document = { info: { name: 'found', version: '2.0' }, urls: releases['2.0'], releases };
    gate.upstream.serve('/pypi/found/json', JSON.stringify(document), 'application/json');
    const ask = async () => (await gate.get('/pypi/found/json')).json();
    assert.equal((await ask()).info.version, '2.0');
    await gate.get(`/files/found/${bad.filename}`);
    const seen = await ask();
    assert.equal(seen.info.version, '1.0');
    assert.match(seen.releases['2.0'][1].yanked_reason, /its wheel .*\(startup-hook\)/);
  });
});

/** Sends bytes as they are, and gives the beginning of what comes back. */
async function askRaw(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write(bytes);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return answer.toString('latin1');
}

describe('metadata whose upstream is slow', () => {
  let gate: TestGate;

  before(async () => {
    gate = await startGate({
      withUpstream: (url) => ({
        upstreams: [
          { name: 'fake', url, timeouts: { page: '500ms', body: '10m', headers: '10m' } },
        ],
      }),
    });
    gate.upstream.addProject('demo', [buildWheel({ name: 'demo' })]);
    gate.upstream.serve('/pypi/demo/json', JSON.stringify({ urls: [] }), 'application/json');
    assert.equal((await gate.get('/simple/demo/')).status, 200);
  });
  after(() => gate.close());

  for (const [how, fault] of [
    ['says nothing', { kind: 'silence' }],
    ['begins and does not go on', { kind: 'stall', after: 3 }],
    ['only drips', { kind: 'drip', every: 100, endless: true }],
  ] as const)
    it(`and ${how} ends as a 503, and is there once that answers`, async () => {
      gate.upstream.fault('/pypi/demo/json', fault);
      const answer = await gate.get('/pypi/demo/json');
      assert.equal(answer.status, 503);
      assert.match(answer.json().detail, /did not respond/);
      gate.upstream.release();
      gate.upstream.fault('/pypi/demo/json', undefined);
      assert.equal((await gate.get('/pypi/demo/json')).status, 200);
    });
});
