import assert from 'node:assert/strict';
import { Agent } from 'node:http';
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

  beforeEach(async () => {
    s3 = await startFakeS3();
    s3.objects.set(`blobs/${sha256.slice(0, 2)}/${sha256}`, bytes);
    agent = new Agent({ keepAlive: true });
    events = [];
    blobs = new S3Blobs(
      { bucket: 'wheels', endpoint: s3.url, region: 'us-east-1', pathStyle: true, prefix: '' },
      { agent, now: Date.now, patience: PATIENCE, onEvent: (event) => events.push(event) },
    );
  });
  afterEach(async () => {
    await blobs.close();
    agent.destroy();
    await s3.close();
  });

  const read = async () => {
    const found = await blobs.fetch(sha256, NEVER);
    return found && Buffer.concat(await found.body.toArray());
  };

  it('is done without once it has had its time, and is asked again later', async () => {
    s3.fault = { kind: 'silence' };
    assert.equal(await read(), undefined);
    assert.deepEqual(events.at(-1), { kind: 'looked-up', result: 'failed' });
    assert.match(JSON.stringify(events), /no answer within 1000 ms/);
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
    assert.deepEqual(await read(), bytes);
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
