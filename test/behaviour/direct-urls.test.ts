import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { buildSdist, buildWheel } from '../support/distributions.js';
import { type FakeUpstream, startFakeUpstream } from '../support/fake-upstream.js';
import { startGate, type TestGate } from '../support/wheelgate.js';

const DIRECT = 'other @ https://example.org/other-1.0.tar.gz';
const REASON = `requires a URL: ${DIRECT}`;

describe('a requirement with a URL', () => {
  let internal: FakeUpstream;
  let gate: TestGate;

  before(async () => {
    internal = await startFakeUpstream();
    gate = await startGate({
      withUpstream: (url) => ({
        upstreams: [
          { name: 'internal', url: internal.url, claims: ['acme-*'] },
          { name: 'public', url },
        ],
      }),
    });
  });
  after(async () => {
    await gate.close();
    await internal.close();
  });

  const at = (name: string) => (name.startsWith('acme') ? internal : gate.upstream);

  function wheel(name: string, requirement: string): string {
    const dist = buildWheel({ name: name.replace('-', '_'), requires: [requirement] });
    at(name).addProject(name, [dist]);
    return `/files/${name}/${dist.filename}`;
  }

  function sdist(name: string): string {
    const own = name.replace('-', '_');
    const text = `Metadata-Version: 2.1\nName: ${own}\nVersion: 1.0\nRequires-Dist: ${DIRECT}\n`;
    const dist = buildSdist({ name: own, files: { 'PKG-INFO': text } });
    at(name).addProject(name, [dist]);
    return `/files/${name}/${dist.filename}`;
  }

  it('refuses a wheel of a public upstream, and names the URL', async () => {
    const answer = await gate.get(wheel('direct', DIRECT));
    assert.equal(answer.status, 403);
    assert.ok(answer.body.toString().includes(REASON), answer.body.toString());
  });

  it('refuses an sdist of a public upstream', async () => {
    assert.equal((await gate.get(sdist('source'))).status, 403);
  });

  it('is not sent in a sidecar before the wheel was inspected', async () => {
    const path = wheel('resolved', DIRECT);
    const answer = await gate.get(`${path}.metadata`);
    assert.equal(answer.status, 403);
    assert.ok(answer.body.toString().includes(REASON), answer.body.toString());
    assert.equal((await gate.get(path)).status, 403);
  });

  it('is permitted at a private upstream: wheel, sidecar and sdist', async () => {
    const path = wheel('acme-direct', DIRECT);
    assert.ok((await gate.get(`${path}.metadata`)).body.toString().includes(DIRECT));
    assert.equal((await gate.get(path)).status, 200);
    assert.equal((await gate.get(sdist('acme-source'))).status, 200);
  });

  it('does not concern a wheel that requires a project', async () => {
    const path = wheel('honest', 'other (>=1) ; extra == "@"');
    assert.equal((await gate.get(`${path}.metadata`)).status, 200);
    assert.equal((await gate.get(path)).status, 200);
  });

  it('is refused at a private upstream if the policy names it, and permitted at a public one if it warns', async () => {
    const named = wheel('acme-named', DIRECT);
    const warned = wheel('warned', DIRECT);
    const policy = (action: string) =>
      `rules: { metadata: { action: block, codes: { metadata-direct-url: ${action} } } }`;
    await gate.writePolicy('direct.yaml', policy('block'));
    assert.equal((await gate.get(`${named}.metadata`)).status, 403);
    assert.equal((await gate.get(named)).status, 403);
    await gate.writePolicy('direct.yaml', policy('warn'));
    assert.equal((await gate.get(`${warned}.metadata`)).status, 200);
    assert.equal((await gate.get(warned)).status, 200);
    assert.equal((await gate.get(named)).status, 200);
  });
});
