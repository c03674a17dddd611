import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { buildWheel } from '../support/distributions.js';
import { type FakeUpstream, packagePath, startFakeUpstream } from '../support/fake-upstream.js';
import { startGate, type TestGate } from '../support/wheelgate.js';

describe('several upstreams', () => {
  let internal: FakeUpstream;
  let gate: TestGate;

  before(async () => {
    internal = await startFakeUpstream();
    gate = await startGate({
      withUpstream: (url) => ({
        upstreams: [
          {
            name: 'internal',
            url: internal.url,
            claims: ['acme-*', 'Billing'],
            auth: { username: 'ci', password: 'hush' },
            inspect: false,
          },
          { name: 'public', url },
        ],
      }),
    });
  });
  after(async () => {
    await gate.close();
    await internal.close();
  });

  it('a claimed project is looked up where it is claimed, with its credentials', async () => {
    const own = buildWheel({ name: 'acme_tools' });
    const squatter = buildWheel({ name: 'acme_tools', version: '99.0' });
    internal.addProject('acme-tools', [own]);
    gate.upstream.addProject('acme-tools', [squatter]);
    const page = (
      await gate.get('/simple/acme-tools/', { accept: 'application/vnd.pypi.simple.v1+json' })
    ).json();
    assert.deepEqual(
      page.files.map((file: any) => file.filename),
      [own.filename],
    );
    assert.equal(gate.upstream.requests('/simple/acme-tools/'), 0);
    const expected = `Basic ${Buffer.from('ci:hush').toString('base64')}`;
    assert.equal(internal.lastHeaders('/simple/acme-tools/')?.authorization, expected);
  });

  it('a claimed name is never asked of the public upstream, absent or failing, however it is spelt', async () => {
    gate.upstream.addProject('acme-secret', [buildWheel({ name: 'acme_secret' })]);
    gate.upstream.addProject('billing', [buildWheel({ name: 'billing' })]);
    assert.equal((await gate.get('/simple/acme-secret/')).status, 404);
    internal.fault('/simple/billing/', { kind: 'status', status: 500 });
    assert.equal((await gate.get('/simple/billing/')).status, 503);
    assert.equal((await gate.get('/pypi/billing/json')).status, 503);
    assert.equal((await gate.get('/files/BILLING/billing-1.0-py3-none-any.whl')).status, 503);
    for (const path of ['/simple/acme-secret/', '/simple/billing/', '/pypi/billing/json'])
      assert.equal(gate.upstream.requests(path), 0, path);
  });

  it('a name that nobody claims is not asked of the private upstream', async () => {
    gate.upstream.addProject('demo', [buildWheel()]);
    assert.equal((await gate.get('/simple/demo/')).status, 200);
    assert.equal(internal.requests('/simple/demo/'), 0);
    assert.equal(gate.upstream.lastHeaders('/simple/demo/')?.authorization, undefined);
  });

  it('files of an upstream with inspect: false are not opened; rules that need no bytes still hold', async () => {
    const hooked = buildWheel({
      name: 'acme_hook',
      files: { 'acme.pth': 'import os\n', 'acme_hook/__init__.py': '' },
    });
    internal.addProject('acme-hook', [hooked]);
    const path = `/files/acme-hook/${hooked.filename}`;
    assert.deepEqual((await gate.get(path)).body, hooked.bytes);
    assert.deepEqual((await gate.get(path)).body, hooked.bytes);
    assert.equal(internal.requests(packagePath('acme-hook', hooked.filename)), 1);
    await gate.writePolicy('deny.yaml', 'deny: [{project: acme-hook, reason: "no longer"}]');
    assert.equal((await gate.get(path)).status, 403);
  });
});

describe('the list of projects', () => {
  const JSON_TYPE = 'application/vnd.pypi.simple.v1+json';
  const listOf = (...names: string[]) =>
    JSON.stringify({ meta: { 'api-version': '1.1' }, projects: names.map((name) => ({ name })) });
  let internal: FakeUpstream;
  let gate: TestGate;

  before(async () => {
    internal = await startFakeUpstream();
    gate = await startGate({
      withUpstream: (url) => ({
        upstreams: [
          { name: 'internal', url: internal.url },
          { name: 'public', url },
        ],
      }),
    });
  });
  after(async () => {
    await gate.close();
    await internal.close();
  });

  async function list(): Promise<string[]> {
    const { projects } = (await gate.get('/simple/', { accept: JSON_TYPE })).json();
    return projects.map(({ name }: { name: string }) => name);
  }

  it('fails where no index gives one', async () => {
    for (const upstream of [internal, gate.upstream])
      upstream.fault('/simple/', { kind: 'status', status: 500 });
    assert.equal((await gate.get('/simple/')).status, 503);
    for (const upstream of [internal, gate.upstream]) upstream.fault('/simple/', undefined);
  });

  for (const [how, fault] of [
    ['401', { kind: 'status', status: 401 }],
    ['403', { kind: 'status', status: 403 }],
    ['405', { kind: 'status', status: 405 }],
    ['500', { kind: 'status', status: 500 }],
    ['a login page elsewhere', { kind: 'redirect', to: 'http://login.invalid/simple/' }],
  ] as const)
    it(`has what the other indexes say where one answers with ${how}`, async () => {
      gate.upstream.serve('/simple/', listOf('demo'), JSON_TYPE);
      internal.fault('/simple/', fault);
      gate.now += 3_600_000;
      assert.deepEqual(await list(), ['demo']);
    });

  it('keeps what an index said before it failed', async () => {
    internal.fault('/simple/', undefined);
    internal.serve('/simple/', listOf('acme'), JSON_TYPE);
    gate.now += 3_600_000;
    assert.deepEqual(await list(), ['acme', 'demo']);
    internal.fault('/simple/', { kind: 'status', status: 500 });
    gate.now += 3_600_000;
    assert.deepEqual(await list(), ['acme', 'demo']);
  });
});
