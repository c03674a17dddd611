import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { hookLine, refusedPhrase } from '../../src/messages/refusals.js';
import { buildWheel } from '../support/distributions.js';
import { packagePath } from '../support/fake-upstream.js';
import { ANY, saying } from '../support/messages.js';
import { type Nginx, nginx, startNginx } from '../support/nginx.js';
import { ask, startGate, type TestGate } from '../support/wheelgate.js';

const SIZE = 6 * 2 ** 20;
const program = nginx();

describe('behind nginx with X-Accel-Redirect', { skip: program.skip }, () => {
  const dist = buildWheel({ name: 'demo', files: { 'demo/data.bin': randomBytes(SIZE) } });
  const other = buildWheel({ name: 'other', files: { 'other/data.bin': randomBytes(SIZE) } });
  const hooked = buildWheel({
    name: 'hooked',
    files: { 'hooked/data.bin': randomBytes(SIZE), 'hooked.pth': 'import os\n' },
  });
  const path = `/files/demo/${dist.filename}`;
  const etag = `"${dist.sha256}"`;
  let gate: TestGate;
  let front: Nginx;

  before(async () => {
    gate = await startGate({
      config: {
        'trusted-proxies': ['127.0.0.1'],
        'serve.accel': 'x-accel-redirect',
        'gate.hold-bytes': 1_000_000,
      },
    });
    for (const [name, file] of Object.entries({ demo: dist, other, hooked }))
      gate.upstream.addProject(name, [file]);
    front = await startNginx(program.found!, gate.url, join(gate.folder, 'data', 'blobs'));
    assert.deepEqual((await get(path)).body, dist.bytes);
    // The fill that brought it here puts it into the store a moment after its last byte.
    while ((await gate.get(path, from('127.0.0.1'))).headers['x-accel-redirect'] === undefined);
  });
  after(async () => {
    await front?.close();
    await gate?.close();
  });

  const get = (target: string, headers?: Record<string, string>, method?: string) =>
    ask(front.url + target, headers, method);
  const from = (address: string) => ({ 'x-forwarded-for': address });

  it('nginx sends what is cached and allowed, with our validators', async () => {
    const answer = await get(path);
    assert.equal(answer.status, 200);
    assert.ok(answer.body.equals(dist.bytes));
    assert.equal(answer.headers.etag, etag);
    assert.equal(answer.headers['content-type'], 'application/octet-stream');
    assert.equal(answer.headers['cache-control'], 'no-cache');
    assert.equal(answer.headers['x-content-type-options'], 'nosniff');
    assert.equal(answer.headers['last-modified'], undefined);
    assert.equal(answer.headers['x-accel-redirect'], undefined);
  });

  it('ranges and conditions hold as they do without it', async () => {
    const part = await get(path, { range: 'bytes=100-199' });
    assert.equal(part.status, 206);
    assert.equal(part.headers['content-range'], `bytes 100-199/${dist.bytes.length}`);
    assert.ok(part.body.equals(dist.bytes.subarray(100, 200)));
    const resumed = await get(path, { range: 'bytes=6000000-', 'if-range': etag });
    assert.equal(resumed.status, 206);
    assert.ok(resumed.body.equals(dist.bytes.subarray(6_000_000)));
    const outdated = await get(path, { range: 'bytes=6000000-', 'if-range': '"another"' });
    assert.equal(outdated.status, 200);
    assert.ok(outdated.body.equals(dist.bytes));
    const several = await get(path, { range: 'bytes=0-1,5-6' });
    assert.equal(several.status, 200);
    assert.equal((await get(path, { range: 'bytes=99000000-' })).status, 416);
    assert.equal((await get(path, { 'if-none-match': etag })).status, 304);
    assert.equal((await get(path, { 'if-none-match': '"another"' })).status, 200);
    const since = await get(path, { 'if-modified-since': 'Fri, 01 Jan 2100 00:00:00 GMT' });
    assert.equal(since.status, 200);
    const head = await get(path, {}, 'HEAD');
    assert.equal(head.headers['content-length'], String(dist.bytes.length));
  });

  it('the decision log says who was left what', async () => {
    await get(path, { range: 'bytes=0-99' });
    const last = (await gate.decisions()).at(-1)!;
    assert.deepEqual([last.status, last.bytes, last.verdict], [206, 100, 'allow']);
  });

  it('a request has the id that nginx gave it, for the client, in the decision log, and in a refusal', async () => {
    const answer = await get(path, { 'x-request-id': 'of-the-client' });
    const id = String(answer.headers['x-request-id']);
    assert.match(id, /^[0-9a-f]{32}$/);
    assert.equal((await gate.decisions()).at(-1)!.request, id);
    const refused = await get('/nothing');
    assert.equal(
      refused.json().instance,
      `urn:wheelgate:request:${refused.headers['x-request-id']}`,
    );
  });

  it('the folder of the blobs is nobody else’s', async () => {
    const inner = `/_wheelgate/blobs/${dist.sha256.slice(0, 2)}/${dist.sha256}`;
    assert.equal((await get(inner)).status, 404);
    assert.equal((await gate.get(inner)).status, 404);
  });

  it('what is refused is refused, cached or not, and never completes', async () => {
    const refused = await get(`/files/hooked/${hooked.filename}`);
    assert.ok(refused.status === 403 || !refused.complete);
    assert.ok(!refused.body.includes(hooked.bytes.subarray(-1_000)));
    const again = await get(`/files/hooked/${hooked.filename}`);
    assert.equal(again.status, 403);
    assert.match(again.phrase, saying(refusedPhrase(hookLine(1, 'hooked.pth', ANY))));
    assert.equal(again.headers['content-type'], 'application/problem+json');
    await gate.writePolicy('deny.yaml', 'deny: [{ project: demo, reason: not today }]');
    try {
      assert.equal((await get(path)).status, 403);
      assert.equal((await get(path, { range: 'bytes=5-' })).status, 403);
    } finally {
      await gate.writePolicy('deny.yaml', 'deny: []');
    }
    assert.equal((await get(path)).status, 200);
  });

  it('a refusal in the middle of a body reaches the client as a broken one, its length known or not', async () => {
    const bad = buildWheel({
      name: 'bad',
      files: { 'bad/data.bin': randomBytes(SIZE), 'bad.pth': 'import os\n' },
    });
    const target = packagePath('bad', bad.filename);
    for (const version of [0, 1]) {
      gate.upstream.addProject('bad', [
        // Without a size on its page either, nobody knows how long it will be.
        { dist: bad, extra: version === 0 ? {} : { size: undefined } },
      ]);
      gate.upstream.fault(
        target,
        version === 0 ? { kind: 'stall', after: 4_000_000 } : { kind: 'unannounced' },
      );
      const answer = get(`/files/bad/${bad.filename}`);
      if (version === 0) {
        while (gate.upstream.requests(target) === 0) await new Promise(setImmediate);
        gate.upstream.release();
      }
      const { status, complete, body } = await answer;
      assert.ok(status === 403 || !complete, `${version}: ${status}`);
      assert.ok(body.length < bad.bytes.length);
    }
  });

  it('who does not come through nginx gets the bytes themselves', async () => {
    const direct = await startGate({
      config: { 'trusted-proxies': ['10.1.2.3'], 'serve.accel': 'x-accel-redirect' },
    });
    try {
      direct.upstream.addProject('other', [other]);
      for (const _ of [1, 2]) {
        const answer = await direct.get(`/files/other/${other.filename}`);
        assert.equal(answer.status, 200, answer.body.toString('latin1', 0, 500));
        assert.ok(answer.body.equals(other.bytes));
        assert.equal(answer.headers['x-accel-redirect'], undefined);
      }
    } finally {
      await direct.close();
    }
  });
});
