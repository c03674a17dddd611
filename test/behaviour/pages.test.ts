import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { buildSdist, buildWheel } from '../support/distributions.js';
import { startGate, type TestGate } from '../support/wheelgate.js';

const JSON_TYPE = 'application/vnd.pypi.simple.v1+json';
const HTML_TYPE = 'application/vnd.pypi.simple.v1+html';

describe('project pages', () => {
  let gate: TestGate;
  const good = buildWheel({ name: 'demo', version: '1.0' });
  const newer = buildWheel({ name: 'demo', version: '2.0' });

  before(async () => {
    gate = await startGate({
      policies: {
        'deny.yaml': `deny: [{project: demo, versions: "==2.0", reason: 'it "steals" <keys> & more', reference: X-1}]`,
      },
    });
    gate.upstream.addProject(
      'demo',
      [
        { dist: good, requiresPython: '>=3.8', extra: { 'x-unknown': [1] } },
        newer,
        { dist: buildSdist({ name: 'demo', version: '1.0' }), yanked: 'broken "build"' },
      ],
      { 'project-status': { status: 'archived', reason: 'moved' }, 'x-page': true },
    );
    gate.upstream.addProject('friendly-bard', [buildWheel({ name: 'friendly_bard' })]);
  });
  after(() => gate.close());

  it('redirect to the normalised name, also without a slash', async () => {
    for (const [path, location] of [
      ['/simple/Demo/', '../demo/'],
      ['/simple/demo', 'demo/'],
      ['/simple/Friendly.__Bard', 'friendly-bard/'],
      ['/simple', 'simple/'],
    ] as const) {
      const answer = await gate.get(path);
      assert.equal(answer.status, 301, path);
      assert.equal(answer.headers.location, location, path);
    }
  });

  it('come in the form that is asked for', async () => {
    const cases = [
      [undefined, 'text/html; charset=utf-8'],
      ['*/*', 'text/html; charset=utf-8'],
      ['text/html', 'text/html; charset=utf-8'],
      [HTML_TYPE, HTML_TYPE],
      ['application/vnd.pypi.simple.latest+html', HTML_TYPE],
      [JSON_TYPE, JSON_TYPE],
      ['application/vnd.pypi.simple.latest+json', JSON_TYPE],
      [`${JSON_TYPE}, ${HTML_TYPE};q=0.2, text/html;q=0.1`, JSON_TYPE],
      [`${JSON_TYPE};q=0.1, text/html`, 'text/html; charset=utf-8'],
    ] as const;
    for (const [accept, type] of cases) {
      const answer = await gate.get('/simple/demo/', accept === undefined ? {} : { accept });
      assert.equal(answer.status, 200);
      assert.equal(answer.headers['content-type'], type, accept);
      assert.match(String(answer.headers.vary), /Accept\b/);
    }
  });

  it('in no acceptable form are a 406', async () => {
    const answer = await gate.get('/simple/demo/', { accept: 'image/png' });
    assert.equal(answer.status, 406);
    assert.equal(answer.headers['content-type'], 'application/problem+json');
  });

  it('carry what the index says, in JSON', async () => {
    const page = (await gate.get('/simple/demo/', { accept: JSON_TYPE })).json();
    assert.equal(page.name, 'demo');
    assert.deepEqual(page['project-status'], { status: 'archived', reason: 'moved' });
    assert.equal(page['x-page'], true);
    const file = page.files.find((one: any) => one.filename === good.filename);
    assert.equal(file.url, `../../files/demo/${good.filename}`);
    assert.equal(file.hashes.sha256, good.sha256);
    assert.equal(file['requires-python'], '>=3.8');
    assert.equal(file.size, good.bytes.length);
    assert.deepEqual(file['x-unknown'], [1]);
    assert.equal(file['core-metadata'].sha256.length, 64);
    // PEP 714: pip 22.3 to 23.0.1 fail on an object, or a truth, under the key's first name.
    assert.deepEqual(file['data-dist-info-metadata'], file['core-metadata']);
    assert.ok(page.files.every((one: any) => !('dist-info-metadata' in one)));
    assert.equal(page.files[2].yanked, 'broken "build"');
  });

  it('yank what is refused, with the reason, and leave its neighbour alone', async () => {
    const page = (await gate.get('/simple/demo/', { accept: JSON_TYPE })).json();
    const byName = (name: string) => page.files.find((one: any) => one.filename === name);
    assert.match(byName(newer.filename).yanked, /Wheelgate.*"steals" <keys>.*\(deny\)/);
    assert.equal(byName(good.filename).yanked, false);
    const html = (await gate.get('/simple/demo/')).body.toString();
    assert.match(html, /data-yanked="[^"]*&quot;steals&quot; &lt;keys&gt; &amp; more/);
    assert.equal(html.match(/data-yanked/g)?.length, 2);
  });

  it('leave out what is refused where the policy says hide', async () => {
    await gate.writePolicy(
      'deny.yaml',
      `deny: [{project: demo, versions: "==2.0", reason: gone}]\nrules: {deny: {action: block, index: hide}}`,
    );
    const page = (await gate.get('/simple/demo/', { accept: JSON_TYPE })).json();
    assert.deepEqual(
      page.files.map((file: any) => file.filename),
      [good.filename, 'demo-1.0.tar.gz'],
    );
    await gate.writePolicy('deny.yaml', 'deny: []');
    const open = (await gate.get('/simple/demo/', { accept: JSON_TYPE })).json();
    assert.equal(open.files.length, 3);
  });

  it('answer 304 to their own strong ETag, and 200 to another', async () => {
    const first = await gate.get('/simple/demo/', { accept: JSON_TYPE });
    const etag = String(first.headers.etag);
    assert.match(etag, /^"[^"]+"$/);
    const again = await gate.get('/simple/demo/', { accept: JSON_TYPE, 'if-none-match': etag });
    assert.equal(again.status, 304);
    assert.equal(again.body.length, 0);
    const html = await gate.get('/simple/demo/', { 'if-none-match': etag });
    assert.equal(html.status, 200);
  });

  it('are encoded as the client takes it', async () => {
    const plain = (await gate.get('/simple/demo/')).body;
    const gzip = await gate.get('/simple/demo/', { 'accept-encoding': 'gzip' });
    const br = await gate.get('/simple/demo/', { 'accept-encoding': 'gzip, br' });
    assert.equal(gzip.headers['content-encoding'], 'gzip');
    assert.deepEqual(gunzipSync(gzip.body), plain);
    assert.equal(br.headers['content-encoding'], 'br');
    assert.deepEqual(brotliDecompressSync(br.body), plain);
    const none = await gate.get('/simple/demo/', { 'accept-encoding': 'gzip;q=0, br;q=0' });
    assert.equal(none.headers['content-encoding'], undefined);
  });

  it('are compressed for a client whatever headers another has sent', async () => {
    const page = '/simple/demo/';
    for (let times = 0; times < 2; times += 1)
      await gate.get(page, { accept: 'text/html;', 'accept-encoding': 'q=0.5 gzip' });
    const answer = await gate.get(page, { accept: 'text/html; q=0.5', 'accept-encoding': 'gzip' });
    assert.equal(answer.headers['content-encoding'], 'gzip');
  });

  it('are asked of the upstream once a while, with its ETag, and once for many clients', async () => {
    gate.upstream.addProject('busy', [good]);
    await Promise.all(Array.from({ length: 20 }, () => gate.get('/simple/busy/')));
    assert.equal(gate.upstream.requests('/simple/busy/'), 1);
    gate.now += 61_000;
    assert.equal((await gate.get('/simple/busy/')).status, 200);
    assert.equal(gate.upstream.requests('/simple/busy/'), 2);
    assert.ok(gate.upstream.lastHeaders('/simple/busy/')?.['if-none-match']);
  });

  it('of an unknown project are 404; of a failing upstream 502 or 503, never 404', async () => {
    assert.equal((await gate.get('/simple/nobody/')).status, 404);
    for (const [name, fault, status] of [
      ['down', { kind: 'status', status: 500 }, 503],
      ['locked', { kind: 'status', status: 403 }, 502],
      ['gone', { kind: 'drop' }, 503],
      ['cut', { kind: 'truncate', after: 20 }, 503],
    ] as const) {
      gate.upstream.addProject(name, [good]);
      gate.upstream.fault(`/simple/${name}/`, fault);
      const answer = await gate.get(`/simple/${name}/`);
      assert.equal(answer.status, status, name);
      assert.equal(answer.headers['content-type'], 'application/problem+json');
    }
    gate.upstream.serve('/simple/odd/', '{"meta": {"api-version": "2.0"}, "files": []}', JSON_TYPE);
    assert.equal((await gate.get('/simple/odd/')).status, 502);
  });

  it('seen before are served while the upstream is down, also after a restart', async () => {
    gate.upstream.addProject('steady', [buildWheel({ name: 'steady' })]);
    assert.equal((await gate.get('/simple/steady/')).status, 200);
    gate.upstream.fault('/simple/steady/', { kind: 'status', status: 500 });
    gate.now += 3_600_000;
    assert.equal((await gate.get('/simple/steady/')).status, 200);
    await gate.restart();
    gate.now += 3_600_000;
    assert.equal((await gate.get('/simple/steady/')).status, 200);
  });

  it('come from an upstream that only speaks HTML just as well', async () => {
    gate.upstream.htmlOnly = true;
    const dist = buildWheel({ name: 'webby' });
    gate.upstream.addProject('webby', [{ dist, yanked: true, requiresPython: '>=3.9' }]);
    const page = (await gate.get('/simple/webby/', { accept: JSON_TYPE })).json();
    gate.upstream.htmlOnly = false;
    assert.deepEqual(page.files[0].hashes, { sha256: dist.sha256 });
    assert.equal(page.files[0].yanked, true);
    assert.equal(page.files[0]['requires-python'], '>=3.9');
    assert.equal(page.files[0].url, `../../files/webby/${dist.filename}`);
  });

  it('list a file with two meanings once, and refuse it, and list none of another project', async () => {
    const first = buildWheel({ name: 'twice' });
    const second = buildWheel({ name: 'twice', files: { 'twice/other.py': '' } });
    const sound = buildWheel({ name: 'twice', version: '2.0' });
    gate.upstream.addProject('twice', [first, second, sound, buildWheel({ name: 'stranger' })]);
    const page = (await gate.get('/simple/twice/', { accept: JSON_TYPE })).json();
    assert.deepEqual(
      page.files.map((file: any) => file.filename),
      [first.filename, sound.filename],
    );
    assert.match(page.files[0].yanked, /twice, with different digests/);
    assert.equal((await gate.get(`/files/twice/${first.filename}`)).status, 403);
    assert.equal((await gate.get(`/files/twice/${sound.filename}`)).status, 200);
  });

  it('give the list of projects', async () => {
    gate.upstream.serve(
      '/simple/',
      JSON.stringify({
        meta: { 'api-version': '1.1' },
        projects: [{ name: 'Zed' }, { name: 'demo' }],
      }),
      JSON_TYPE,
    );
    const list = (await gate.get('/simple/', { accept: JSON_TYPE })).json();
    assert.deepEqual(list.projects, [{ name: 'demo' }, { name: 'Zed' }]);
    assert.match((await gate.get('/simple/')).body.toString(), /<a href="zed\/">Zed<\/a>/);
  });
});
