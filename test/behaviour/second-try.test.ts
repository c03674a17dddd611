import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { buildWheel } from '../support/distributions.js';
import { type Fault, packagePath } from '../support/fake-upstream.js';
import { startGate, type TestGate } from '../support/wheelgate.js';

describe('a file whose upstream stumbles', () => {
  let gate: TestGate;
  let count = 0;

  before(async () => {
    gate = await startGate();
  });
  after(() => gate.close());

  function listed(): { path: string; url: string; bytes: Buffer } {
    count += 1;
    const name = `demo${count}`;
    const dist = buildWheel({ name });
    gate.upstream.addProject(name, [dist]);
    return {
      path: packagePath(name, dist.filename),
      url: `/files/${name}/${dist.filename}`,
      bytes: dist.bytes,
    };
  }

  for (const [how, fault] of [
    ['closes the connection', { kind: 'drop' }],
    ['answers 503', { kind: 'status', status: 503 }],
    [
      'answers 429 and says when to come back',
      { kind: 'status', status: 429, headers: { 'retry-after': '0' } },
    ],
  ] as const satisfies [string, Fault][])
    it(`is asked for again where it ${how} once`, async () => {
      const { path, url, bytes } = listed();
      gate.upstream.fault(path, fault, 1);
      assert.deepEqual((await gate.get(url)).body, bytes);
      assert.equal(gate.upstream.requests(path), 2);
    });

  it('is a 503 that says when to come back, where the upstream wants to be left alone for longer', async () => {
    const { path, url, bytes } = listed();
    const headers = { 'retry-after': '120' };
    gate.upstream.fault(path, { kind: 'status', status: 429, headers }, 1);
    const answer = await gate.get(url);
    assert.equal(answer.status, 503);
    assert.equal(answer.headers['retry-after'], '120');
    assert.equal(gate.upstream.requests(path), 1);
    assert.deepEqual((await gate.get(url)).body, bytes);
  });

  it('is asked for once where the upstream says that it does not have it', async () => {
    const { path, url } = listed();
    gate.upstream.fault(path, { kind: 'status', status: 404 });
    assert.equal((await gate.get(url)).status, 404);
    assert.equal(gate.upstream.requests(path), 1);
  });

  it('goes on where the transfer broke off, as often as that may be', async () => {
    const { path, url, bytes } = listed();
    gate.upstream.fault(path, { kind: 'break', after: Math.ceil(bytes.length / 3) });
    const answer = await gate.get(url);
    assert.deepEqual(answer.body, bytes);
    assert.equal(gate.upstream.lastHeaders(path)?.['if-range']?.[0], '"');
    assert.ok(gate.upstream.requests(path) <= 4);
  });

  it('begins anew where the transfer broke off before its first byte', async () => {
    const { path, url, bytes } = listed();
    gate.upstream.fault(path, { kind: 'break', after: 0 }, 2);
    assert.deepEqual((await gate.get(url)).body, bytes);
    assert.equal(gate.upstream.requests(path), 3);
  });

  it('is never put together of two files', async () => {
    const { path, url } = listed();
    // Weak, so that nobody may ask for a rest by it.
    gate.upstream.fault(path, { kind: 'break', after: 100, etag: 'W/"same"' });
    const answer = await gate.get(url);
    assert.equal(answer.status, 502);
    assert.equal(gate.upstream.requests(path), 1);
  });
});
