import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { buildSdist, buildWheel, type Distribution } from '../support/distributions.js';
import { evict } from '../support/evict.js';
import { type Fault, packagePath } from '../support/fake-upstream.js';
import { until } from '../support/until.js';
import { startGate, type TestGate } from '../support/wheelgate.js';

const JSON_TYPE = 'application/vnd.pypi.simple.v1+json';
const HOUR = 3_600_000;
const digestOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** Every way in which an index does not give a sidecar that it declares. */
const FAULTS: readonly (readonly [how: string, fault: Fault | undefined])[] = [
  ['says that it has none', { kind: 'status', status: 404 }],
  ['says that it had one', { kind: 'status', status: 410 }],
  ['says 403, as object stores do', { kind: 'status', status: 403 }],
  ['fails', { kind: 'status', status: 500 }],
  ['is too busy', { kind: 'status', status: 503 }],
  ['gives other bytes', { kind: 'corrupt', at: 3 }],
  ['gives fewer bytes', { kind: 'shorten', to: 3 }],
  ['breaks off', { kind: 'truncate', after: 3 }],
  ['closes the connection', { kind: 'drop' }],
  ['says nothing', { kind: 'silence' }],
  ['begins and does not go on', { kind: 'stall', after: 3 }],
  ['sends clients on to a login page', { kind: 'redirect', to: 'http://127.0.0.1:1/login' }],
  ['gives it', undefined],
];

describe('the sidecar of a wheel', () => {
  let gate: TestGate;
  let count = 0;

  before(async () => {
    gate = await startGate({
      config: { 'cache.memory': 0 },
      withUpstream: (url) => ({
        upstreams: [{ name: 'fake', url, timeouts: { headers: '100ms', body: '100ms' } }],
      }),
    });
  });
  after(() => gate.close());

  function listed(declared?: unknown): { name: string; dist: Distribution; path: string } {
    count += 1;
    const name = `demo${count}`;
    const dist = buildWheel({ name });
    const extra = declared === undefined ? {} : { 'core-metadata': declared };
    gate.upstream.addProject(name, [{ dist, extra }]);
    return { name, dist, path: `/files/${name}/${dist.filename}` };
  }

  const shown = async (name: string) => {
    const page = (await gate.get(`/simple/${name}/`, { accept: JSON_TYPE })).json();
    return page.files[0]['core-metadata'];
  };

  for (const [how, fault] of FAULTS)
    for (const [state, prepare] of [
      ['is here', async (path) => void (await gate.get(path))],
      ['was here', (path, dist) => gate.get(path).then(() => evict(gate, path, dist.sha256))],
      ['was never here', async () => {}],
    ] as const satisfies [string, (path: string, dist: Distribution) => Promise<void>][])
      it(`is its METADATA where the index ${how} and the wheel ${state}`, async () => {
        const { name, dist, path } = listed();
        await prepare(path, dist);
        const place = packagePath(name, dist.filename);
        gate.upstream.fault(`${place}.metadata`, fault);
        const answer = await gate.get(`${path}.metadata`);
        assert.equal(answer.status, 200, answer.phrase);
        assert.deepEqual(answer.body, dist.metadata);
        assert.equal(answer.headers.etag, `"${digestOf(answer.body)}"`);
        assert.deepEqual(await shown(name), { sha256: digestOf(answer.body) });
        const before = gate.upstream.requests(place);
        assert.deepEqual((await gate.get(path)).body, dist.bytes);
        const needed = fault === undefined && state !== 'is here' ? 1 : 0;
        assert.equal(gate.upstream.requests(place) - before, needed, 'a second transfer');
        gate.upstream.release();
      });

  it('comes out of a wheel that is here while the index is down, and nobody is asked for it', async () => {
    const { name, dist, path } = listed();
    await gate.get(path);
    await gate.upstream.close();
    assert.deepEqual((await gate.get(`${path}.metadata`)).body, dist.metadata);
    assert.equal(gate.upstream.requests(`${packagePath(name, dist.filename)}.metadata`), 0);
    await gate.close();
    gate = await startGate({ config: { 'cache.memory': 0 } });
  });

  it('is asked of the index alone where the index gives it: the wheel is not fetched for it', async () => {
    const { name, dist, path } = listed();
    assert.deepEqual((await gate.get(`${path}.metadata`)).body, dist.metadata);
    assert.equal(gate.upstream.requests(packagePath(name, dist.filename)), 0);
  });

  it('ends with what the index asks for where it wants to be left alone: the wheel is not asked for', async () => {
    const { name, dist, path } = listed();
    const place = packagePath(name, dist.filename);
    const headers = { 'retry-after': '60' };
    gate.upstream.fault(`${place}.metadata`, { kind: 'status', status: 429, headers });
    const answer = await gate.get(`${path}.metadata`);
    assert.equal(answer.status, 503);
    assert.equal(answer.headers['retry-after'], '60');
    assert.equal(gate.upstream.requests(place), 0);
  });

  for (const [how, declared] of [
    ['true', true],
    ['digests that nobody checks by', { md5: 'ab'.repeat(16) }],
    ['what is no digest', { sha256: 'none' }],
    ['nothing but that there are digests', {}],
  ] as const)
    it(`comes out of the wheel where the index declares ${how}, and is offered from then on`, async () => {
      const { name, dist, path } = listed(declared);
      const place = `${packagePath(name, dist.filename)}.metadata`;
      gate.upstream.fault(place, { kind: 'corrupt', at: 3 });
      assert.equal(await shown(name), false, 'nobody knows its digest');
      const html = async () => (await gate.get(`/simple/${name}/`)).body.toString();
      assert.doesNotMatch(await html(), /core-metadata/);
      assert.deepEqual((await gate.get(`${path}.metadata`)).body, dist.metadata);
      assert.deepEqual(await shown(name), { sha256: digestOf(dist.metadata!) });
      assert.match(
        await html(),
        new RegExp(`data-core-metadata="sha256=${digestOf(dist.metadata!)}"`),
      );
      assert.equal(gate.upstream.requests(place), 0);
    });

  it('is offered once its wheel was fetched, where an HTML page declares true', async () => {
    const { name, dist, path } = listed();
    const link = `<a href="../..${packagePath(name, dist.filename)}#sha256=${dist.sha256}" data-core-metadata="true">x</a>`;
    gate.upstream.removeProject(name);
    gate.upstream.serve(`/simple/${name}/`, link, 'text/html');
    assert.equal(await shown(name), false);
    await gate.get(path);
    assert.deepEqual(await shown(name), { sha256: digestOf(dist.metadata!) });
    assert.deepEqual((await gate.get(`${path}.metadata`)).body, dist.metadata);
  });

  it('is none where the index declares none', async () => {
    const { path, name } = listed(false);
    await gate.get(path);
    assert.equal((await gate.get(`${path}.metadata`)).status, 404);
    assert.equal(await shown(name), false);
  });

  it('is what the wheel holds, where the policy lets one through whose METADATA is another than declared', async () => {
    await gate.writePolicy('off.yaml', 'rules: { metadata: { action: off } }');
    const { name, dist, path } = listed({ sha256: 'ab'.repeat(32) });
    assert.deepEqual((await gate.get(`${path}.metadata`)).body, dist.metadata);
    assert.deepEqual(await shown(name), { sha256: digestOf(dist.metadata!) });
    await gate.writePolicy('off.yaml', 'deny: []');
    assert.equal((await gate.get(`${path}.metadata`)).status, 403);
    assert.equal(await shown(name), false);
  });

  it('is that of no wheel which is refused once it is opened, whatever the index has', async () => {
    count += 1;
    const name = `hooked${count}`;
    const dist = buildWheel({ name, files: { [`${name}.pth`]: 'import os\n' } });
    gate.upstream.addProject(name, [dist]);
    const place = packagePath(name, dist.filename);
    gate.upstream.fault(`${place}.metadata`, { kind: 'status', status: 404 });
    const answer = await gate.get(`/files/${name}/${dist.filename}.metadata`);
    assert.equal(answer.status, 403);
    assert.match(answer.phrase, /startup-hook/);
  });

  it('is fetched once for many who ask for it', async () => {
    const { name, dist, path } = listed();
    const place = packagePath(name, dist.filename);
    gate.upstream.fault(`${place}.metadata`, { kind: 'status', status: 404 });
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => gate.get(`${path}.metadata`)),
    );
    for (const { body } of answers) assert.deepEqual(body, dist.metadata);
    assert.equal(gate.upstream.requests(place), 1);
  });

  it('is a failure where the wheel cannot be had either', async () => {
    const { name, dist, path } = listed();
    const place = packagePath(name, dist.filename);
    for (const what of [place, `${place}.metadata`])
      gate.upstream.fault(what, { kind: 'status', status: 500 });
    assert.equal((await gate.get(`${path}.metadata`)).status, 503);
    gate.upstream.fault(place, { kind: 'corrupt', at: 50 });
    assert.equal((await gate.get(`${path}.metadata`)).status, 502);
    gate.now += HOUR;
    gate.upstream.fault(place, undefined);
    assert.deepEqual((await gate.get(`${path}.metadata`)).body, dist.metadata);
  });

  it('of an sdist is only ever what the index has', async () => {
    count += 1;
    const name = `source${count}`;
    const sidecar = Buffer.from(`Metadata-Version: 2.2\nName: ${name}\nVersion: 1.0\n`);
    const dist = buildSdist({ name });
    gate.upstream.addProject(name, [{ dist, sidecar }]);
    const path = `/files/${name}/${dist.filename}.metadata`;
    assert.deepEqual((await gate.get(path)).body, sidecar);
    const sha256 = digestOf(sidecar);
    const blob = join(gate.folder, 'data', 'blobs', sha256.slice(0, 2), sha256);
    // It is kept once the response has ended.
    await until(() => existsSync(blob));
    await rm(blob);
    const place = packagePath(name, dist.filename);
    gate.upstream.fault(`${place}.metadata`, { kind: 'status', status: 404 });
    assert.equal((await gate.get(path)).status, 404);
    assert.equal(gate.upstream.requests(place), 0);
  });
});

it('a sidecar is refused where the policy has come to refuse its wheel while the index was asked', async () => {
  const gate = await startGate({ config: { 'cache.memory': 0 } });
  try {
    const ask = (name: string) => {
      const dist = buildWheel({ name });
      const place = `${packagePath(name, dist.filename)}.metadata`;
      gate.upstream.addProject(name, [dist]);
      gate.upstream.fault(place, { kind: 'stall', after: 3 });
      return { dist, place, answer: gate.get(`/files/${name}/${dist.filename}.metadata`) };
    };
    const [late, other] = [ask('late'), ask('other')];
    while (gate.upstream.requests(late.place) * gate.upstream.requests(other.place) === 0)
      await new Promise((resolve) => setImmediate(resolve));
    await gate.writePolicy('late.yaml', 'deny: [{project: late, reason: "found out"}]');
    gate.upstream.release();
    const refused = await late.answer;
    assert.equal(refused.status, 403, refused.phrase);
    assert.deepEqual((await other.answer).body, other.dist.metadata);
  } finally {
    await gate.close();
  }
});
