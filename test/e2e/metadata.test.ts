import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { buildWheel } from '../support/distributions.js';
import { startGate, type TestGate } from '../support/wheelgate.js';

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
      const bad = { ...forwarded, 'x-forwarded-host': 'evil"<host' };
      assert.equal(urlOf(await behind.get('/pypi/demo/json', bad)), `/files/demo/${dist.filename}`);
    } finally {
      await behind.close();
    }
  });
});
