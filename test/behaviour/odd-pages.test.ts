import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { buildWheel, type Distribution } from '../support/distributions.js';
import { packagePath } from '../support/fake-upstream.js';
import { startGate, type TestGate } from '../support/wheelgate.js';

const JSON_TYPE = 'application/vnd.pypi.simple.v1+json';
const OTHER = 'ab'.repeat(32);

describe('a page as some indexes write it', () => {
  let gate: TestGate;
  const dist = buildWheel();
  const path = packagePath('demo', dist.filename);
  const href = `../..${path}`;
  const file = { filename: dist.filename, url: href, hashes: { sha256: dist.sha256 } };

  before(async () => {
    gate = await startGate();
    gate.upstream.serve(path, dist.bytes, 'application/zip');
  });
  after(() => gate.close());

  /** The page's files here, and the status of the first one's download. */
  async function served(body: string | Buffer, contentType: string) {
    gate.upstream.serve('/simple/demo/', body, contentType);
    gate.now += 3_600_000;
    const { files = [] } = (await gate.get('/simple/demo/', { accept: JSON_TYPE })).json();
    const { status, body: bytes } = await gate.get(`/files/demo/${dist.filename}`);
    assert.ok(status !== 200 || bytes.equals(dist.bytes));
    return { files, status };
  }

  const link = `<a href="${href}#sha256=${dist.sha256}">x</a>`;
  const page = { meta: { 'api-version': '1.0' }, files: [file] };
  const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le');
  for (const [how, body, type] of [
    [
      'white space around a link',
      `<a href=" \n${href}#sha256=${dist.sha256}\n ">x</a>`,
      'text/html',
    ],
    [
      'two bases, of which the first holds',
      `<base href="/simple/demo/"><base href="/no/">${link}`,
      'text/html',
    ],
    [
      'a base behind the links',
      `<a href="${path.slice(1)}#sha256=${dist.sha256}">x</a><base href="/">`,
      'text/html',
    ],
    ['HTML with a byte order mark', `\ufeff${link}`, 'text/html'],
    ['HTML in UTF-16', utf16(link), 'text/html'],
    [
      'HTML whose encoding stands in the content type',
      Buffer.from(link, 'utf16le'),
      'text/html; charset=UTF-16LE',
    ],
    ['HTML in an encoding that nobody knows', link, 'text/html; charset=klingon'],
    ['JSON with a byte order mark', `\ufeff${JSON.stringify(page)}`, JSON_TYPE],
    ['JSON without meta', JSON.stringify({ files: [file] }), JSON_TYPE],
    ['JSON with version 1.0', JSON.stringify(page), JSON_TYPE],
    [
      'JSON with a number for its version',
      JSON.stringify({ ...page, meta: { 'api-version': 1.1 } }),
      'application/json',
    ],
    [
      'a digest in the fragment of a JSON page',
      JSON.stringify({ files: [{ ...file, hashes: {}, url: `${href}#sha256=${dist.sha256}` }] }),
      JSON_TYPE,
    ],
    [
      'one name with a digest and without one',
      JSON.stringify({ files: [{ ...file, hashes: {} }, file] }),
      JSON_TYPE,
    ],
    [
      'one name with two digests that can both be right',
      JSON.stringify({ files: [file, { ...file, hashes: { sha256: dist.sha256, md5: 'x' } }] }),
      JSON_TYPE,
    ],
  ] as const)
    it(`is read: ${how}`, async () => {
      const { files, status } = await served(body, type);
      assert.deepEqual(
        files.map((one: any) => [one.filename, one.yanked]),
        [[dist.filename, false]],
      );
      assert.equal(status, 200);
    });

  for (const [how, body] of [
    [
      'one name with two different digests',
      { files: [file, { ...file, hashes: { sha256: OTHER } }] },
    ],
    [
      'one name without a digest, twice',
      {
        files: [
          { ...file, hashes: {} },
          { ...file, hashes: {} },
        ],
      },
    ],
    ['another digest in the fragment', { files: [{ ...file, url: `${href}#sha256=${OTHER}` }] }],
  ] as const)
    it(`is shown, and its file refused: ${how}`, async () => {
      const { files, status } = await served(JSON.stringify({ ...body, meta: {} }), JSON_TYPE);
      assert.deepEqual(
        files.map((one: any) => one.filename),
        [dist.filename],
      );
      assert.equal(status, 403);
    });

  for (const version of ['2.0', 2, '1.x', [1]])
    it(`is a 502 where its version may mean anything: ${JSON.stringify(version)}`, async () => {
      gate.upstream.serve(
        '/simple/newer/',
        JSON.stringify({ meta: { 'api-version': version }, files: [] }),
        JSON_TYPE,
      );
      gate.now += 3_600_000;
      assert.equal((await gate.get('/simple/newer/')).status, 502);
    });

  it('gives upload times in UTC, and goes by them, whatever zone they are written in', async () => {
    await gate.writePolicy('cooldown.yaml', 'rules: { cooldown: { action: block, age: 7d } }');
    const at = async (uploaded: string) => {
      const { files, status } = await served(
        JSON.stringify({ files: [{ ...file, 'upload-time': uploaded }] }),
        JSON_TYPE,
      );
      return [files[0]['upload-time'], status];
    };
    assert.deepEqual(await at('2020-01-01T01:30:00+02:00'), ['2019-12-31T23:30:00.000Z', 200]);
    assert.deepEqual(await at('2020-01-01T01:30:00.123456Z'), ['2020-01-01T01:30:00.123456Z', 200]);
    // What has no zone could be anywhere.
    assert.deepEqual(await at('2020-01-01T01:30:00'), [undefined, 403]);
    await gate.writePolicy('cooldown.yaml', 'deny: []');
  });

  it('may say more than we know, of namespaces (PEP 752) for one, which goes through', async () => {
    const namespace = { prefix: 'demo', open: false };
    gate.upstream.serve('/simple/demo/', JSON.stringify({ ...page, namespace }), JSON_TYPE);
    gate.now += 3_600_000;
    const here = (await gate.get('/simple/demo/', { accept: JSON_TYPE })).json();
    assert.deepEqual(here.namespace, namespace);
  });
});

describe('wheels with a variant label (PEP 825)', () => {
  let gate: TestGate;
  const labelled = (dist: Distribution, label: string): Distribution => ({
    ...dist,
    filename: dist.filename.replace(/\.whl$/, `-${label}.whl`),
  });
  const good = labelled(buildWheel({ name: 'fast' }), 'x86_64_v3');
  const built = labelled(buildWheel({ name: 'fast', version: '2.0' }), 'cu128');
  const hooked = labelled(
    buildWheel({ name: 'fast', version: '3.0', files: { 'fast.pth': 'import os\n' } }),
    'cu128',
  );

  before(async () => {
    gate = await startGate({
      policies: { 'deny.yaml': 'deny: [{ project: fast, versions: "==2.0", reason: no }]' },
    });
    gate.upstream.addProject('fast', [good, built, hooked]);
  });
  after(() => gate.close());

  it('are served, denied and inspected like any wheel', async () => {
    assert.deepEqual((await gate.get(`/files/fast/${good.filename}`)).body, good.bytes);
    assert.match((await gate.get(`/files/fast/${built.filename}`)).phrase, /\(deny\)/);
    assert.match((await gate.get(`/files/fast/${hooked.filename}`)).phrase, /startup-hook/);
  });
});
