import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { LATE } from '../../src/messages/upstreams.js';
import { buildWheel, type Distribution } from '../support/distributions.js';
import { evict } from '../support/evict.js';
import {
  type FakeUpstream,
  type Fault,
  packagePath,
  startFakeUpstream,
} from '../support/fake-upstream.js';
import { startGateProcess } from '../support/gate-process.js';
import { saying } from '../support/messages.js';
import { type Answer, ask, startGate, type TestGate } from '../support/wheelgate.js';

const SIZE = 40_000;
let count = 0;

/** A file of a project of its own. */
function listOn(upstream: FakeUpstream, extra: object = {}) {
  count += 1;
  const name = `demo${count}`;
  const dist = buildWheel({ name, files: { [`${name}/x.bin`]: randomBytes(SIZE) } });
  upstream.addProject(name, [{ dist, extra: { ...extra } }]);
  return {
    name,
    dist,
    url: `/files/${name}/${dist.filename}`,
    place: packagePath(name, dist.filename),
  };
}

describe('a file whose upstream is too slow', () => {
  let gate: TestGate;

  before(async () => {
    gate = await startGate({
      withUpstream: (url) => ({
        upstreams: [{ name: 'fake', url, timeouts: { headers: '1s', body: '1s' } }],
      }),
    });
  });
  after(() => gate.close());

  it('is gone on with over another connection, where its bytes only drip', async () => {
    const { dist, url, place } = listOn(gate.upstream);
    gate.upstream.fault(place, { kind: 'drip', every: 20 });
    const answer = await gate.get(url);
    assert.ok(answer.body.equals(dist.bytes), answer.phrase);
    assert.equal(gate.upstream.requests(place), 2);
  });

  it('is a 503 where nothing else is to be had, and whole the next time', async () => {
    const { dist, url, place } = listOn(gate.upstream);
    gate.upstream.fault(place, { kind: 'drip', every: 20, endless: true });
    const answer = await gate.get(url);
    assert.equal(answer.status, 503);
    assert.match(answer.json().detail, /too slowly/);
    gate.upstream.fault(place, undefined);
    assert.deepEqual((await gate.get(url)).body, dist.bytes);
  });

  it('is a 503 where it begins and does not go on', async () => {
    const { url, place } = listOn(gate.upstream);
    gate.upstream.fault(place, { kind: 'stall', after: 100 });
    const answer = await gate.get(url);
    assert.equal(answer.status, 503);
    assert.match(answer.json().detail, saying(LATE));
  });
});

describe('a file that its upstream turns out not to have', () => {
  let gate: TestGate;

  before(async () => {
    gate = await startGate({ config: { 'gate.hold-time': '1ms' } });
  });
  after(() => gate.close());

  for (const [status, headers, given] of [
    [404, {}, 404],
    [410, {}, 404],
    [429, { 'retry-after': '77' }, 503],
    [503, { 'retry-after': '77' }, 503],
    [403, {}, 502],
  ] as const)
    it(`is a ${given} where that says ${status} after the client has waited longer than the gate holds`, async () => {
      const { url, place } = listOn(gate.upstream);
      gate.upstream.fault(place, { kind: 'late-status', status, headers });
      const asked = gate.get(url);
      while (gate.upstream.requests(place) === 0) await gate.get('/healthz');
      gate.upstream.release();
      const answer = await asked;
      assert.equal(answer.status, given);
      assert.equal(answer.headers['content-type'], 'application/problem+json');
      assert.equal(answer.headers['retry-after'], headers['retry-after' as never]);
    });
});

describe('several workers that wait for one file', () => {
  it('all pass on when its upstream wants to be asked again', async () => {
    const upstream = await startFakeUpstream();
    const folder = await mkdtemp(join(tmpdir(), 'wheelgate-followers-'));
    const { url, place } = listOn(upstream);
    const gate = await startGateProcess({
      folder,
      args: ['--upstream', upstream.url, '--workers', '2'],
      env: { WHEELGATE_GATE_MODE: 'hold' },
    });
    try {
      const headers = { 'retry-after': '77' };
      upstream.fault(place, { kind: 'late-status', status: 429, headers });
      const asked = Array.from({ length: 12 }, () => ask(gate.url + url));
      while (upstream.requests(place) === 0) await ask(`${gate.url}/healthz`);
      // Some of them may come only now: nobody lets them go a second time.
      upstream.fault(place, { kind: 'status', status: 429, headers });
      upstream.release();
      for (const answer of await Promise.all(asked)) {
        assert.equal(answer.status, 503);
        assert.equal(answer.headers['retry-after'], '77');
      }
    } finally {
      await gate.end('SIGKILL');
      await upstream.close();
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe('a client that has a file already', () => {
  let gate: TestGate;

  before(async () => {
    gate = await startGate({ config: { 'cache.memory': 0 } });
  });
  after(() => gate.close());

  /** Inspected, and no longer in the cache. */
  async function evicted() {
    const file = listOn(gate.upstream);
    await gate.get(file.url);
    const { sha256 } = file.dist;
    await evict(gate, file.url, sha256);
    return { ...file, etag: `"${sha256}"` };
  }

  for (const [how, header] of [
    ['by its name', (etag: string) => etag],
    ['by its name among others', (etag: string) => `"x", ${etag}`],
    ['by its name in the weak form', (etag: string) => `W/${etag}`],
    ['by any name', () => '*'],
  ] as const)
    for (const method of ['GET', 'HEAD'])
      it(`and asks ${how} with ${method} is told so without a transfer, though the cache has it no longer`, async () => {
        const { url, place, etag } = await evicted();
        const answer = await gate.get(url, { 'if-none-match': header(etag) }, method);
        assert.equal(answer.status, 304);
        assert.equal(answer.headers.etag, etag);
        assert.equal(gate.upstream.requests(place), 1);
        const record = (await gate.decisions()).at(-1)!;
        assert.deepEqual([record.status, record.bytes, record.verdict], [304, 0, 'allow']);
      });

  it('is refused once the file is denied, though nothing is transferred', async () => {
    const { name, url, place, etag } = await evicted();
    await gate.writePolicy('deny.yaml', `deny: [{ project: ${name}, reason: found out }]`);
    assert.equal((await gate.get(url, { 'if-none-match': etag })).status, 403);
    assert.equal(gate.upstream.requests(place), 1);
    await gate.writePolicy('deny.yaml', 'deny: []');
  });

  it('gets other bytes than it has, in a transfer', async () => {
    const { url, dist, place } = await evicted();
    const answer = await gate.get(url, { 'if-none-match': '"other"' });
    assert.deepEqual(answer.body, dist.bytes);
    assert.equal(gate.upstream.requests(place), 2);
  });

  it('waits for the verdict on a file that nobody has opened', async () => {
    const { url, dist, place } = listOn(gate.upstream);
    const answer = await gate.get(url, { 'if-none-match': `"${dist.sha256}"` });
    assert.equal(answer.status, 304);
    assert.equal(gate.upstream.requests(place), 1);
    const hooked = buildWheel({ name: 'hooked', files: { 'hooked.pth': 'import os\n' } });
    gate.upstream.addProject('hooked', [hooked]);
    const refused = await gate.get(`/files/hooked/${hooked.filename}`, {
      'if-none-match': `"${hooked.sha256}"`,
    });
    assert.equal(refused.status, 403);
  });
});

/** Whatever an upstream does with a file, at whatever point: what ends well is the file. */
describe('an upstream fault', () => {
  let gate: TestGate;

  before(async () => {
    gate = await startGate({
      config: { 'gate.hold-bytes': 10_000, 'gate.last-block': 8_000, 'cache.memory': 0 },
      withUpstream: (url) => ({
        upstreams: [{ name: 'fake', url, timeouts: { headers: '1s', body: '1s' } }],
      }),
    });
  });
  after(() => gate.close());

  const POINTS = [0, 1, 100, 9_000, 20_000, SIZE, SIZE + 100];
  const STATUSES = [201, 202, 203, 204, 205, 206, 300, 304, 400, 401, 402, 403, 404, 405, 416, 429];
  const FAULTS: readonly (readonly [string, Fault])[] = [
    ...POINTS.flatMap((at): [string, Fault][] => [
      [`cut off after ${at} bytes`, { kind: 'truncate', after: at }],
      [
        `cut off after ${at} bytes without a length`,
        { kind: 'truncate', after: at, chunked: true },
      ],
      [`shortened to ${at} bytes`, { kind: 'shorten', to: at }],
      [`shortened to ${at} bytes without a length`, { kind: 'shorten', to: at, chunked: true }],
      [`with another byte at ${at}`, { kind: 'corrupt', at }],
      [`broken off after each ${at + 7_000} bytes`, { kind: 'break', after: at + 7_000 }],
    ]),
    ...[...STATUSES, 500, 503].map((status): [string, Fault] => [
      `of status ${status}`,
      { kind: 'status', status },
    ]),
    ['of another page', { kind: 'body', body: '<html>Log in</html>' }],
    ['of no bytes', { kind: 'body', body: '' }],
    ['that is silence', { kind: 'silence' }],
    ['that is a closed connection', { kind: 'drop' }],
    ['that leads elsewhere', { kind: 'redirect', to: 'http://127.0.0.1:1/x' }],
    ['that leads round in a circle', { kind: 'redirect', to: '?again' }],
  ];
  const isWhole = ({ status, complete, headers, body }: Answer, dist: Distribution) =>
    status === 200 &&
    complete &&
    (headers['content-length'] === undefined ||
      body.length === Number(headers['content-length'])) &&
    body.equals(dist.bytes);

  for (const [how, fault] of FAULTS)
    it(`${how} never reaches a client as success, and the next transfer is whole`, async () => {
      // In memory, and through a file.
      for (const extra of [{}, { size: undefined }]) await suffer(fault, extra);
    });

  async function suffer(fault: Fault, extra: object): Promise<void> {
    const { url, dist, place } = listOn(gate.upstream, extra);
    gate.upstream.fault(place, fault);
    const answers = await Promise.all([
      gate.get(url),
      gate.get(url, { 'if-none-match': '"other"' }),
      gate.get(url, { range: `bytes=0-${dist.bytes.length - 1}` }),
    ]);
    for (const answer of answers) {
      const claims = answer.complete && answer.status < 400;
      if (claims) assert.ok(answer.body.equals(dist.bytes), `${answer.status} with other bytes`);
    }
    const head = await gate.get(url, {}, 'HEAD');
    // Without a size of the index's, it goes by the upstream's word.
    if (head.status === 200 && !('size' in extra))
      assert.equal(head.headers['content-length'], String(dist.bytes.length));
    gate.upstream.release();
    gate.upstream.fault(place, undefined);
    // The transfer that the HEAD began may be under way yet.
    let last = await gate.get(url);
    if (last.status >= 500 || !last.complete) last = await gate.get(url);
    assert.ok(isWhole(last, dist));
  }
});
