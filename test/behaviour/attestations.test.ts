import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import type { VerifyProvenance } from '../../src/attestations/verify-in-thread.js';
import type { PublisherId } from '../../src/domain/publisher.js';
import { notAttested } from '../../src/messages/reasons.js';
import { yankedText } from '../../src/messages/refusals.js';
import { documentOf, fixture, REAL } from '../attestations/support.js';
import { buildSdist, buildWheel, type Distribution } from '../support/distributions.js';
import { type Listing, packagePath } from '../support/fake-upstream.js';
import { ANY, saying } from '../support/messages.js';
import { startGate, type TestGate } from '../support/wheelgate.js';

const JSON_PAGE = { accept: 'application/vnd.pypi.simple.v1+json' };
const OURS = 'github:demo/demo';

/** Believes a document that says who publishes which file: the tests' own keys, as it were. */
const believing: VerifyProvenance = async (document, { sha256 }) => {
  const { by, of } = JSON.parse(Buffer.from(document).toString()) as { by: string; of: string };
  return of === sha256
    ? { kind: 'attested', publishers: [by as PublisherId] }
    : { kind: 'unverifiable', reason: 'the statement names another file' };
};

const documentPath = ({ filename }: Distribution) => `/integrity/demo/${filename}/provenance`;

/** Lists a file with its document, and serves that; `by` is who attests it. */
function attested(gate: TestGate, dist: Distribution, by: string, day: number): Listing {
  const path = documentPath(dist);
  gate.upstream.serve(path, JSON.stringify({ by, of: dist.sha256 }), 'application/json');
  return { ...plain(dist, day), extra: { provenance: new URL(path, gate.upstream.url).href } };
}

function plain(dist: Distribution, day: number): Listing {
  return { dist, uploadTime: `2026-10-0${day}T00:00:00.000000Z` };
}

const wheel = (version: string) => buildWheel({ name: 'demo', version });

describe('attestations, with keys of our own', () => {
  let gate: TestGate;
  const old = ['1.0', '2.0', '3.0'].map(wheel);
  const latest = wheel('4.0');
  const get = (dist: Distribution) => gate.get(`/files/demo/${dist.filename}`);
  const asked = () =>
    [...old, latest].map((dist) => gate.upstream.requests(documentPath(dist))).join();
  const history = () => old.map((dist, index) => attested(gate, dist, OURS, index + 1));
  const yankedOnPage = async (dist: Distribution) => {
    const page = (await gate.get('/simple/demo/', JSON_PAGE)).json();
    return page.files.find((file: any) => file.filename === dist.filename).yanked;
  };

  let verifying: VerifyProvenance;
  beforeEach(async () => {
    verifying = believing;
    gate = await startGate({
      policies: { 'a.yaml': 'rules: { attestation: { action: block } }' },
      verifyProvenance: (...given) => verifying(...given),
    });
  });
  afterEach(() => gate.close());

  it('a release without an attestation, after three with one, is refused; the page says so then', async () => {
    gate.upstream.addProject('demo', [...history(), plain(latest, 4)]);
    assert.equal(await yankedOnPage(latest), false, 'nobody has looked yet');
    assert.equal(asked(), '0,0,0,0', 'a page looks at nothing');
    const answer = await get(latest);
    assert.equal(answer.status, 403);
    assert.match(
      answer.json().detail,
      saying(notAttested(ANY, ANY, `${ANY} were attested by github:demo/demo`)),
    );
    assert.match(await yankedOnPage(latest), saying(yankedText(notAttested(ANY, ANY, ANY))));
    assert.equal(asked(), '1,1,1,0');
    assert.equal((await get(old[0]!)).status, 200);
    await gate.restart();
    assert.equal((await get(latest)).status, 403);
    assert.equal(asked(), '1,1,1,0', 'what holds is never asked for again');
  });

  it('one by the same publisher is served, one by another is refused', async () => {
    const other = wheel('5.0');
    gate.upstream.addProject('demo', [
      ...history(),
      attested(gate, latest, OURS, 4),
      attested(gate, other, 'github:evil/demo', 5),
    ]);
    assert.deepEqual((await get(latest)).body, latest.bytes);
    const answer = await get(other);
    assert.equal(answer.status, 403);
    assert.match(answer.json().detail, /by github:evil\/demo, but .* by github:demo\/demo/);
    const [lookups] = await gate.metric('wheelgate_attestation_lookups_total{result="attested"}');
    assert.match(lookups!, / 5$/);
  });

  it('what a download has found out shows on the page of the whole project', async () => {
    const bare = wheel('5.0');
    gate.upstream.addProject('demo', [
      ...history(),
      attested(gate, latest, OURS, 4),
      plain(bare, 5),
    ]);
    assert.equal(await yankedOnPage(bare), false);
    assert.equal((await get(latest)).status, 200);
    assert.match(await yankedOnPage(bare), saying(notAttested(ANY, ANY, ANY)));
    assert.equal(await yankedOnPage(latest), false);
  });

  it('only warns by default, and says so in the decision log', async () => {
    await gate.writePolicy('a.yaml', 'deny: []');
    gate.upstream.addProject('demo', [...history(), plain(latest, 4)]);
    assert.equal((await get(latest)).status, 200);
    const [decision] = await gate.decisions();
    assert.deepEqual([decision!.verdict, decision!.rule], ['warn', 'attestation']);
  });

  it('a rule that is switched on looks at what is already in the cache', async () => {
    await gate.writePolicy('a.yaml', 'rules: { attestation: { action: off } }');
    gate.upstream.addProject('demo', [...history(), plain(latest, 4)]);
    assert.equal((await get(latest)).status, 200);
    assert.equal(asked(), '0,0,0,0', 'a rule that is off asks for nothing');
    await gate.writePolicy('a.yaml', 'rules: { attestation: { action: block } }');
    assert.equal((await get(latest)).status, 403);
    assert.equal(gate.upstream.requests(packagePath('demo', latest.filename)), 1);
  });

  it('a required one that is missing is refused before a byte is fetched, sdists too', async () => {
    const source = buildSdist({ name: 'demo', version: '4.0' });
    await gate.writePolicy(
      'a.yaml',
      'rules: { attestation: { action: block, regression: off, require: [demo] } }',
    );
    gate.upstream.addProject('demo', [plain(source, 4), attested(gate, latest, OURS, 4)]);
    assert.match(await yankedOnPage(source), /must be attested/);
    assert.equal((await get(source)).status, 403);
    assert.equal(gate.upstream.requests(packagePath('demo', source.filename)), 0);
    assert.equal((await get(latest)).status, 200);
    await gate.writePolicy(
      'a.yaml',
      'rules: { attestation: { action: block, require: [{ project: demo, publisher: "github:else/where" }] } }',
    );
    assert.equal((await get(latest)).status, 403);
  });

  it('one that does not hold is refused, and looked at again after an hour', async () => {
    await gate.writePolicy('a.yaml', 'rules: { attestation: { action: block, require: [demo] } }');
    gate.upstream.addProject('demo', [...history(), attested(gate, latest, OURS, 4)]);
    gate.upstream.serve(documentPath(latest), JSON.stringify({ by: OURS, of: 'x' }), 'text/plain');
    assert.match((await get(latest)).json().detail, /is invalid: .* names another file/);
    attested(gate, latest, OURS, 4);
    assert.equal((await get(latest)).status, 403);
    assert.match(await yankedOnPage(latest), /its attestation is invalid/);
    gate.now += 3_600_001;
    assert.equal(await yankedOnPage(latest), false);
    assert.equal((await get(latest)).status, 200);
  });

  it('one that cannot be had is refused just now, and served once it can', async () => {
    await gate.writePolicy('a.yaml', 'rules: { attestation: { action: block, require: [demo] } }');
    gate.upstream.addProject('demo', [attested(gate, latest, OURS, 4)]);
    for (const fault of [{ kind: 'drop' }, { kind: 'status', status: 503 }] as const) {
      gate.upstream.fault(documentPath(latest), fault);
      assert.match((await get(latest)).json().detail, /its attestation is unavailable/);
      gate.now += 30_001;
    }
    gate.upstream.fault(documentPath(latest), undefined);
    assert.equal((await get(latest)).status, 200);
  });

  for (const [what, fault] of [
    ['credentials that are refused', { kind: 'status', status: 403 }],
    ['a redirect to another host', { kind: 'redirect', to: 'http://localhost:9/x' }],
  ] as const)
    it(`nothing is held against a file, or written down, for ${what}`, async () => {
      await gate.writePolicy(
        'a.yaml',
        'rules: { attestation: { action: block, require: [demo] } }',
      );
      gate.upstream.addProject('demo', [attested(gate, latest, OURS, 4)]);
      gate.upstream.fault(documentPath(latest), fault);
      assert.equal((await get(latest)).status, 403);
      gate.upstream.fault(documentPath(latest), undefined);
      await gate.restart();
      assert.equal((await get(latest)).status, 200);
    });

  it('a verification that breaks off is a fault of ours: refused just now, and asked again', async () => {
    verifying = async () => ({ kind: 'unreachable', reason: 'the verification failed' });
    await gate.writePolicy('a.yaml', 'rules: { attestation: { action: block, require: [demo] } }');
    gate.upstream.addProject('demo', [...history(), attested(gate, latest, OURS, 4)]);
    assert.match((await get(latest)).json().detail, /the verification failed/);
    assert.match(await yankedOnPage(latest), /the verification failed/);
    verifying = believing;
    gate.now += 30_001;
    assert.equal((await get(latest)).status, 200);
    assert.equal(await yankedOnPage(latest), false);
  });

  it('two files under one name have each an attestation of its own', async () => {
    gate.configure({
      upstreams: [{ name: 'fake', url: gate.upstream.url, reuploads: 'accept' }],
    });
    await gate.restart();
    await gate.writePolicy('a.yaml', 'rules: { attestation: { action: block, require: [demo] } }');
    const other = buildWheel({ name: 'demo', version: '4.0', files: { 'demo/b.py': 'y' } });
    assert.equal(other.filename, latest.filename);
    for (let time = 0; time < 3; time += 1)
      for (const dist of [latest, other]) {
        gate.upstream.addProject('demo', [attested(gate, dist, OURS, 4)]);
        gate.now += 61_000;
        assert.deepEqual((await get(latest)).body, dist.bytes);
      }
    assert.equal(gate.upstream.requests(documentPath(latest)), 2);
  });

  it('a document from another host, or too long, is not one', async () => {
    await gate.writePolicy('a.yaml', 'rules: { attestation: { action: block, require: [demo] } }');
    const elsewhere = { ...plain(latest, 4), extra: { provenance: 'http://localhost:9/x' } };
    gate.upstream.addProject('demo', [elsewhere]);
    assert.match((await get(latest)).json().detail, /host localhost:9, which is not allowed/);
    const other = wheel('5.0');
    gate.upstream.addProject('demo', [attested(gate, other, OURS, 5)]);
    gate.upstream.serve(documentPath(other), `{"by":"${'x'.repeat(2 ** 20)}"}`, 'text/plain');
    gate.now += 61_000;
    assert.match((await get(other)).json().detail, /exceeds/);
  });

  it('many clients at once ask once', async () => {
    gate.upstream.addProject('demo', [...history(), attested(gate, latest, OURS, 4)]);
    const answers = await Promise.all(Array.from({ length: 8 }, () => get(latest)));
    assert.ok(answers.every(({ status }) => status === 200));
    assert.equal(asked(), '1,1,1,1');
  });
});

describe('attestations, with real documents and the shipped keys', () => {
  let gate: TestGate;
  before(async () => {
    gate = await startGate({
      policies: {
        'a.yaml': `rules: { attestation: { action: block, regression: { releases: 1 }, require: [
          { project: gitlab-oidc-project, publisher: "gitlab:facutuesca/gitlab-oidc-project" }] } }`,
      },
    });
  });
  after(() => gate.close());

  it('a real sdist is served where its real publisher is required, and another one refused', async () => {
    const { filename, sha256 } = REAL.gitlab;
    const dist: Distribution = { filename, sha256, bytes: fixture(filename) };
    gate.upstream.serve('/integrity/gitlab', documentOf(REAL.gitlab), 'application/json');
    const provenance = new URL('/integrity/gitlab', gate.upstream.url).href;
    gate.upstream.addProject('gitlab-oidc-project', [{ dist, extra: { provenance } }]);
    const path = `/files/gitlab-oidc-project/${filename}`;
    assert.deepEqual((await gate.get(path)).body, dist.bytes);
    const why = await gate.get(`/projects/gitlab-oidc-project/files/${filename}`);
    assert.match(
      why.body.toString(),
      /Verified: published by gitlab:facutuesca\/gitlab-oidc-project\. Signed by the workflow <code>[\w./-]+\.yml<\/code> of <code>facutuesca\/gitlab-oidc-project<\/code>, in the transparency log since <time datetime="20\d\d-/,
    );
    await gate.writePolicy(
      'b.yaml',
      'rules: { attestation: { action: block, require: [{ project: "gitlab-*", publisher: "gitlab:else/where" }] } }',
    );
    const refused = await gate.get(path);
    assert.equal(refused.status, 403);
    assert.match(
      refused.json().detail,
      /by gitlab:else\/where, but is attested by gitlab:facutuesca/,
    );
  });

  it('a release without an attestation is refused by the real one before it', async () => {
    const before = REAL.pypiAttestationsBefore;
    gate.upstream.serve('/integrity/before', documentOf(before), 'application/json');
    const provenance = new URL('/integrity/before', gate.upstream.url).href;
    const latest = buildSdist({ name: 'pypi_attestations', version: '0.0.17' });
    const earlier = { ...latest, filename: before.filename, sha256: before.sha256 };
    gate.upstream.addProject('pypi-attestations', [
      { dist: earlier, extra: { provenance }, uploadTime: '2024-11-19T00:00:00.000000Z' },
      { dist: latest, uploadTime: '2024-11-20T00:00:00.000000Z' },
    ]);
    const answer = await gate.get(`/files/pypi-attestations/${latest.filename}`);
    assert.equal(answer.status, 403);
    assert.match(
      answer.json().detail,
      /the attested release before it was attested by github:trailofbits\/pypi-attestations/,
    );
  });
});
