import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import * as zlib from 'node:zlib';
import { buildSdist, buildWheel } from '../support/distributions.js';
import { packagePath } from '../support/fake-upstream.js';
import { startGate, type TestGate } from '../support/wheelgate.js';

const JSON_TYPE = 'application/vnd.pypi.simple.v1+json';

describe('what an upstream sends under a Content-Encoding', () => {
  let gate: TestGate;

  before(async () => {
    gate = await startGate();
  });
  after(() => gate.close());

  for (const encoding of ['gzip', 'x-gzip', 'bzip2', 'none', 'aws-chunked'])
    it(`is right as it came where a file's digest says so: ${encoding}`, async () => {
      const name = `plain-${encoding}`;
      const dist = buildSdist({ name });
      gate.upstream.addProject(name, [dist]);
      gate.upstream.fault(packagePath(name, dist.filename), { kind: 'encoding', encoding });
      const answer = await gate.get(`/files/${name}/${dist.filename}`);
      assert.deepEqual(answer.body, dist.bytes);
      assert.equal(answer.headers['content-encoding'], undefined);
    });

  it('is refused where the digest is that of what it unpacks to, and the server goes on', async () => {
    const dist = buildWheel({ name: 'packed' });
    gate.upstream.addProject('packed', [dist]);
    const path = packagePath('packed', dist.filename);
    gate.upstream.serve(path, zlib.gzipSync(dist.bytes), 'application/zip');
    gate.upstream.fault(path, { kind: 'encoding', encoding: 'gzip' });
    assert.equal((await gate.get(`/files/packed/${dist.filename}`)).status, 502);
    assert.equal((await gate.get('/healthz')).status, 200);
  });

  const PAGE = JSON.stringify({ meta: { 'api-version': '1.1' }, files: [] });
  const MIB = 2 ** 20;
  for (const [encoding, pack] of [
    ['gzip', zlib.gzipSync],
    ['br', zlib.brotliCompressSync],
  ] as const)
    it(`is no page where it unpacks to more than any page has, and one where it is long: ${encoding}`, async () => {
      const statusOf = async (length: number) => {
        const path = `/simple/bomb-${encoding}-${length}/`;
        gate.upstream.serve(path, pack(PAGE + ' '.repeat(length)), JSON_TYPE);
        gate.upstream.fault(path, { kind: 'encoding', encoding });
        return (await gate.get(path)).status;
      };
      assert.equal(await statusOf(64 * MIB), 502);
      assert.equal(await statusOf(MIB), 200);
      assert.equal((await gate.get('/healthz')).status, 200);
    });

  const zstd = (zlib as { zstdCompressSync?: (text: string) => Buffer }).zstdCompressSync;
  for (const [encoding, pack] of [
    ['GZIP', zlib.gzipSync],
    ['x-gzip', zlib.gzipSync],
    ['br', zlib.brotliCompressSync],
    ['', Buffer.from],
    ['none', Buffer.from],
    ['aws-chunked', Buffer.from],
    ['gzip,aws-chunked', zlib.gzipSync],
    ...(zstd === undefined ? [] : ([['zstd', zstd]] as const)),
  ] as const satisfies readonly (readonly [string, (text: string) => Buffer])[])
    it(`is read where it is a page: ${encoding || 'an empty one'}`, async () => {
      const path = `/simple/page-${encoding.toLowerCase().replace(',', '-') || 'empty'}/`;
      gate.upstream.serve(path, pack(PAGE), JSON_TYPE);
      gate.upstream.fault(path, { kind: 'encoding', encoding });
      assert.equal((await gate.get(path)).status, 200);
    });

  for (const [encoding, body] of [
    ['deflate', zlib.deflateSync(PAGE)],
    ['gzip, br', zlib.brotliCompressSync(zlib.gzipSync(PAGE))],
    ['gzip', Buffer.from(PAGE)],
  ] as const)
    it(`is a 502 where it is a page that cannot be unpacked: ${encoding}`, async () => {
      gate.upstream.serve('/simple/odd/', body, JSON_TYPE);
      gate.upstream.fault('/simple/odd/', { kind: 'encoding', encoding });
      assert.equal((await gate.get('/simple/odd/')).status, 502);
    });
});
