import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { bytesInFile } from '../../../src/store/disk/file-bytes.js';
import { S3Blobs, type S3Event } from '../../../src/store/s3/s3-blobs.js';
import { type FakeS3, startFakeS3 } from '../../support/fake-s3.js';
import { S3_CREDENTIALS } from '../../support/s3-servers.js';
import { digestOf } from '../contract/blobs.js';

Object.assign(process.env, S3_CREDENTIALS);

const NEVER = new AbortController().signal;
const PATIENCE = { connect: 5_000, answer: 1_000, body: 1_500, take: 1_000 };

describe('a store that says nothing', () => {
  const bytes = Buffer.from('something');
  const sha256 = digestOf(bytes);
  let s3: FakeS3;
  let agent: Agent;
  let blobs: S3Blobs;
  let events: S3Event[];
  let now = Date.now();

  beforeEach(async () => {
    s3 = await startFakeS3();
    s3.objects.set(`blobs/${sha256.slice(0, 2)}/${sha256}`, bytes);
    agent = new Agent({ keepAlive: true });
    events = [];
    blobs = new S3Blobs(
      { bucket: 'wheels', endpoint: s3.url, region: 'us-east-1', pathStyle: true, prefix: '' },
      { agent, now: () => now, patience: PATIENCE, onEvent: (event) => events.push(event) },
    );
  });
  afterEach(async () => {
    await blobs.close();
    agent.destroy();
    await s3.close();
  });

  const read = async () => {
    const found = await blobs.fetch(sha256, NEVER);
    return found && Buffer.concat(await Readable.from(found.body).toArray());
  };

  it('is done without once it has had its time, and is asked again later', async () => {
    s3.fault = { kind: 'silence' };
    assert.equal(await read(), undefined);
    assert.deepEqual(events.at(-1), { kind: 'looked-up', result: 'failed' });
    assert.match(JSON.stringify(events), /no response within 1000 ms/);
    s3.fault = undefined;
    assert.deepEqual(await read(), bytes);
    assert.deepEqual(events.slice(-2), [
      { kind: 'trouble', detail: undefined },
      { kind: 'looked-up', result: 'hit' },
    ]);
  });

  it('breaks off where it stops in the middle of a body', async () => {
    s3.fault = { kind: 'stall' };
    await assert.rejects(read());
    s3.fault = undefined;
    now += 60_000;
    assert.deepEqual(await read(), bytes);
  });

  it('breaks off where it hardly comes, and nothing is asked for a while', async () => {
    const [key] = s3.objects.keys();
    s3.objects.set(key!, Buffer.alloc(10_000));
    s3.fault = { kind: 'drip', every: 20 };
    await assert.rejects(read(), /too slow/);
    s3.fault = undefined;
    assert.equal(await read(), undefined);
    assert.equal(s3.requests('GET'), 1);
    now += 60_000;
    assert.equal((await read())?.length, 10_000);
  });

  for (const method of ['GET', 'PUT'])
    it(`is no error where the text of one has no end: ${method}`, async () => {
      s3.fault = { kind: 'endless-error', status: 500, method };
      const before = process.memoryUsage().rss;
      assert.deepEqual(await read(), method === 'GET' ? undefined : bytes);
      const put = await blobs.begin(bytesInFile({ kind: 'file', path: 'package.json' }), {
        sha256,
        size: bytes.length,
      });
      put?.commit(sha256, bytes.length);
      await blobs.close();
      const grown = process.memoryUsage().rss - before;
      assert.ok(grown < 100 * 2 ** 20, `${grown} bytes more`);
    });

  it('is quoted by the name of its error alone, where that is one', async () => {
    const details = () => events.flatMap((event) => (event.kind === 'trouble' ? event.detail : []));
    s3.fault = { kind: 'error', status: 403, code: 'AccessDenied' };
    await read();
    assert.deepEqual(details(), ['403 AccessDenied']);
    s3.fault = { kind: 'error', status: 403, code: `Access${'x'.repeat(100_000)}` };
    await read();
    assert.match(details()[1] ?? '', /^403 \w{1,20}$/);
  });

  it('keeps nobody waiting at the end, and holds nothing open', async () => {
    s3.fault = { kind: 'silence' };
    const put = await blobs.begin(bytesInFile({ kind: 'file', path: 'package.json' }), {
      sha256,
      size: bytes.length,
    });
    put?.commit(sha256, bytes.length);
    await blobs.close();
    assert.deepEqual(events.at(-1), { kind: 'put', result: 'failed' });
  });

  it('gives up when whoever asks does', async () => {
    s3.fault = { kind: 'silence' };
    const gone = new AbortController();
    const asked = blobs.fetch(sha256, gone.signal);
    gone.abort();
    await assert.rejects(asked, { name: 'AbortError' });
  });
});
