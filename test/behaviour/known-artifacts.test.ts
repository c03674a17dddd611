import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { buildWheel } from '../support/distributions.js';
import { packagePath } from '../support/fake-upstream.js';
import { startGate, type TestGate } from '../support/wheelgate.js';

const wheel = buildWheel({ name: 'demo' });
const size = wheel.bytes.length;
const path = `/files/demo/${wheel.filename}`;
const etag = `"${wheel.sha256}"`;

describe('a file that was inspected, and has left the cache', () => {
  let gate: TestGate;
  beforeEach(async () => {
    gate = await startGate();
    gate.upstream.addProject('demo', [wheel]);
    await gate.get(path);
    await gate.restart(() => rm(join(gate.folder, 'data', 'blobs'), { recursive: true }));
  });
  afterEach(() => gate.close());

  const fetched = () => gate.upstream.requests(packagePath('demo', wheel.filename));

  it('is not fetched to answer HEAD, a range beyond its end, or a client that has it', async () => {
    for (const [method, headers, status] of [
      ['HEAD', {}, 200],
      ['HEAD', { range: 'bytes=0-9' }, 206],
      ['GET', { range: `bytes=${size}-` }, 416],
      ['GET', { range: `bytes=${size}-`, 'if-range': etag }, 416],
      ['GET', { 'if-none-match': etag }, 304],
      ['HEAD', { 'if-none-match': etag }, 304],
    ] as const) {
      const what = `${method} ${JSON.stringify(headers)}`;
      const answer = await gate.get(path, headers, method);
      assert.equal(answer.status, status, what);
      if (status === 200) assert.equal(answer.headers['content-length'], String(size));
      if (status === 416) assert.equal(answer.headers['content-range'], `bytes */${size}`);
      else assert.equal(answer.headers.etag, etag, what);
      if (method === 'HEAD') assert.equal(answer.body.length, 0, what);
      const record = (await gate.decisions()).at(-1)!;
      assert.deepEqual([record.status, record.bytes, record.cache], [status, 0, undefined], what);
      assert.equal(fetched(), 1, what);
    }
  });

  it('is fetched for whoever wants any of its bytes', async () => {
    const answer = await gate.get(path, { range: `bytes=${size - 1}-` });
    assert.deepEqual([answer.status, answer.body], [206, wheel.bytes.subarray(-1)]);
    assert.equal(fetched(), 2);
    // Of another file than is here, all is sent.
    await gate.restart(() => rm(join(gate.folder, 'data', 'blobs'), { recursive: true }));
    const other = await gate.get(path, { range: `bytes=${size}-`, 'if-range': '"other"' });
    assert.deepEqual([other.status, other.body], [200, wheel.bytes]);
    assert.equal(fetched(), 3);
  });

  it('is refused all the same once it is denied', async () => {
    await gate.writePolicy('deny.yaml', 'deny: [{project: demo, reason: bad}]');
    for (const [method, headers] of [
      ['HEAD', {}],
      ['GET', { range: `bytes=${size}-` }],
    ] as const)
      assert.equal((await gate.get(path, headers, method)).status, 403);
    assert.equal(fetched(), 1);
  });
});
