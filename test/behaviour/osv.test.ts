import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { buildSdist, buildWheel } from '../support/distributions.js';
import { Mirror, osv } from '../support/osv-mirror.js';
import { namesOf, postJson, pypiRelease } from '../support/osv-questions.js';
import { askForTokens, bearer } from '../support/tokens.js';
import { startGate, type TestGate } from '../support/wheelgate.js';

const HOOK = { 'a/__init__.py': '', 'a.pth': 'import os; os.system("true")\n' };
const DENY =
  'deny: [{ project: bad, versions: "==1.1", reason: "it steals", reference: MAL-2026-1 }]';
const WAIVED = `${DENY}
waivers: [{ rule: deny, project: bad, versions: "==1.1", reason: r, owner: o, expires: 2026-11-20 }]`;

describe('a release that the policy denies', () => {
  let gate: TestGate;
  beforeEach(async () => {
    gate = await startGate({
      policies: { 'own.yaml': DENY },
      config: { 'public-url': 'https://gate.example', contact: 'sec@example.com' },
    });
  });
  afterEach(() => gate.close());

  it('is named as malware, and its neighbour is not', async () => {
    assert.deepEqual(await namesOf(gate, ['Bad', '1.1.0'], ['bad', '1.0'], ['other', '1.1']), [
      ['MAL-WG-deny-bad-1.1.0'],
      [],
      [],
    ]);
  });

  it('is told of whole, by one question and by its identifier', async () => {
    const { status, json, headers } = await postJson(gate, '/v1/query', pypiRelease('bad', '1.1'));
    assert.equal(status, 200);
    assert.equal(headers.get('content-type'), 'application/json');
    const [advisory, ...others] = json.vulns;
    assert.deepEqual(others, []);
    assert.equal(advisory.id, 'MAL-WG-deny-bad-1.1');
    assert.match(advisory.summary, /^bad 1\.1 is denied: it steals$/);
    assert.match(advisory.details, /sec@example\.com/);
    assert.deepEqual(advisory.aliases, ['MAL-2026-1']);
    assert.deepEqual(advisory.references, [
      { type: 'ADVISORY', url: 'https://gate.example/projects/bad' },
    ]);
    assert.deepEqual(advisory.affected, [
      { package: { ecosystem: 'PyPI', name: 'bad', purl: 'pkg:pypi/bad' }, versions: ['1.1'] },
    ]);
    assert.equal(new Date(advisory.modified).toISOString(), advisory.modified);
    const found = await gate.get('/v1/vulns/MAL-WG-deny-bad-1.1');
    assert.deepEqual([found.status, found.json()], [200, advisory]);
    const etag = String(found.headers.etag);
    const again = await gate.get('/v1/vulns/MAL-WG-deny-bad-1.1', { 'if-none-match': etag });
    assert.deepEqual([again.status, again.body.length], [304, 0]);
  });

  for (const [how, policy] of [
    ['waived', WAIVED],
    ['in dry-run', `mode: dry-run\n${DENY}`],
    ['only warned of', `rules: { deny: { action: warn } }\n${DENY}`],
    ['denied no more', 'deny: []'],
  ])
    it(`is not named where it is ${how}`, async () => {
      await gate.writePolicy('own.yaml', policy!);
      assert.deepEqual(await namesOf(gate, ['bad', '1.1']), [[]]);
      const { status, body } = await gate.get('/v1/vulns/MAL-WG-deny-bad-1.1');
      assert.equal(status, 404);
      assert.deepEqual(JSON.parse(body.toString()), { code: 5, message: 'Bug not found.' });
    });

  it('is named whatever is asked about it where all of its project is denied, and no page was seen', async () => {
    await gate.writePolicy(
      'own.yaml',
      'deny: [{ project: bad, reason: "it steals" }, { project: "corp-*", reason: "ours" }]',
    );
    const versions = ['1.0', undefined, 'latest', '1.0-SNAPSHOT', '2004d-x', '9'.repeat(5_000)];
    for (const version of versions)
      for (const project of ['bad', 'corp-tools']) {
        const { json } = await postJson(gate, '/v1/query', pypiRelease(project, version));
        assert.match(json.vulns?.[0]?.id ?? '', new RegExp(`^MAL-WG-deny-${project}-`), version);
        const found = await gate.get(`/v1/vulns/${json.vulns[0].id}`);
        assert.equal(found.status, 200);
      }
    const { json } = await postJson(gate, '/v1/query', pypiRelease('good', 'latest'));
    assert.deepEqual(json, {});
  });

  describe('and a version that is none', () => {
    const WORDS = ['latest', '1.1-SNAPSHOT', '2004d-x', '9'.repeat(5_000)];
    const ask = (project: string, version?: string) =>
      postJson(gate, '/v1/query', pypiRelease(project, version));

    it('are one to the gate, and to a question: it is named where any version is denied, whatever was seen', async () => {
      gate.upstream.addProject('bad', [
        buildWheel({ name: 'bad', version: '1.0' }),
        buildSdist({ name: 'bad', version: '1.1-SNAPSHOT' }),
      ]);
      for (const seen of [false, true]) {
        if (seen) await gate.get('/simple/bad/');
        for (const version of WORDS) {
          const { json } = await ask('bad', version);
          assert.deepEqual(
            json.vulns?.map(({ id }: any) => id),
            ['MAL-WG-deny-bad-unknown'],
            version,
          );
        }
      }
      const { json } = await ask('bad', 'latest');
      assert.match(
        json.vulns[0].summary,
        /^bad ==1\.1 is denied, and the query has no valid version/,
      );
      assert.deepEqual(json.vulns[0].affected, [
        { package: { ecosystem: 'PyPI', name: 'bad', purl: 'pkg:pypi/bad' } },
      ]);
      const found = await gate.get('/v1/vulns/MAL-WG-deny-bad-unknown');
      assert.deepEqual([found.status, found.json()], [200, json.vulns[0]]);
      const file = await gate.get('/files/bad/bad-1.1-SNAPSHOT.tar.gz');
      assert.equal(file.status, 403);
      assert.match(file.body.toString(), /bad-1\.1-SNAPSHOT\.tar\.gz has no valid version/);
      const { items } = (await gate.get('/api/v1/refusals')).json();
      for (const { id } of items) assert.equal((await gate.get(`/refusals/${id}`)).status, 200);
      assert.ok(items.length >= 2, `${items.length} refusals`);
      // Their neighbour is let through by both.
      assert.deepEqual((await ask('bad', '1.0')).json, {});
      assert.equal((await gate.get('/files/bad/bad-1.0-py3-none-any.whl')).status, 200);
    });

    it('are in no batch with what is only near: a question without a version, another project', async () => {
      const { json } = await postJson(gate, '/v1/querybatch', {
        queries: [
          pypiRelease('good', 'latest'),
          pypiRelease('bad', '1.0'),
          pypiRelease('bad', 'latest'),
          pypiRelease('bad', 'snapshot'),
        ],
      });
      assert.deepEqual(
        json.results.map(({ vulns = [] }: any) => vulns.map(({ id }: any) => id)),
        [[], [], ['MAL-WG-deny-bad-unknown'], ['MAL-WG-deny-bad-unknown']],
      );
    });

    for (const [how, policy] of [
      ['in dry-run', `mode: dry-run\n${DENY}`],
      ['only warned of', `rules: { deny: { action: warn } }\n${DENY}`],
      ['denied no more', 'deny: []'],
    ])
      it(`are not named where it is ${how}`, async () => {
        await gate.writePolicy('own.yaml', policy!);
        assert.deepEqual((await ask('bad', 'latest')).json, {});
        assert.deepEqual((await ask('bad')).json, {});
      });
  });

  it('is named by its project, where no version is asked about: the denial, then its releases as the page lists them', async () => {
    gate.upstream.addProject(
      'bad',
      ['1.0', '1.1'].map((version) => buildWheel({ name: 'bad', version })),
    );
    const ask = async () => (await postJson(gate, '/v1/query', pypiRelease('bad'))).json;
    const names = async () => ((await ask()).vulns ?? []).map(({ id }: any) => id);
    assert.deepEqual(await names(), ['MAL-WG-deny-bad-unknown']);
    await gate.get('/simple/bad/');
    assert.deepEqual(await names(), ['MAL-WG-deny-bad-1.1']);
    await gate.writePolicy('own.yaml', WAIVED);
    assert.deepEqual(await names(), []);
  });
});

describe('what was found in an artifact', () => {
  let gate: TestGate;
  before(async () => {
    gate = await startGate();
    const wheel = (name: string, version: string, files: object, tags = 'py3-none-any') =>
      buildWheel({ name, version, tags, files: files as Record<string, string> });
    gate.upstream.addProject('hooked', [
      wheel('hooked', '1.0', { 'hooked/__init__.py': '' }),
      wheel('hooked', '2.0', HOOK),
    ]);
    gate.upstream.addProject('mixed', [
      wheel('mixed', '1.0', HOOK, 'cp312-cp312-win32'),
      wheel('mixed', '1.0', { 'mixed/__init__.py': '' }),
    ]);
    gate.upstream.addProject('sloppy', [
      buildWheel({
        name: 'sloppy',
        record: (text) => text.replace(/sha256=\w{8}/, 'sha256=AAAAAAAA'),
      }),
    ]);
    gate.upstream.addProject('source', [
      buildSdist({ name: 'source', files: { 'source.pth': HOOK['a.pth'] } }),
    ]);
    gate.upstream.addProject('dated', [
      buildSdist({ name: 'dated', version: '2004d-x', files: { 'dated.pth': HOOK['a.pth'] } }),
      buildSdist({ name: 'dated', version: '1.0' }),
    ]);
    for (const [project, file] of [
      ['dated', 'dated-2004d-x.tar.gz'],
      ['dated', 'dated-1.0.tar.gz'],
      ['hooked', 'hooked-1.0-py3-none-any.whl'],
      ['hooked', 'hooked-2.0-py3-none-any.whl'],
      ['mixed', 'mixed-1.0-cp312-cp312-win32.whl'],
      ['sloppy', 'sloppy-1.0-py3-none-any.whl'],
    ])
      await gate.get(`/files/${project}/${file}`);
  });
  after(() => gate.close());

  it('names a release with a start-up hook as malware, and its neighbour not', async () => {
    assert.deepEqual(await namesOf(gate, ['hooked', '2.0'], ['hooked', '1.0']), [
      ['MAL-WG-startup-hook-hooked-2.0'],
      [],
    ]);
    const { json } = await postJson(gate, '/v1/query', pypiRelease('hooked', '2.0'));
    assert.match(json.vulns[0].details, /^Seen in hooked-2\.0-py3-none-any\.whl\. /);
  });

  it('names sloppiness under an identifier that the malware check does not heed', async () => {
    const [names] = await namesOf(gate, ['sloppy', '1.0']);
    assert.deepEqual(names, ['WG-record-sloppy-1.0']);
  });

  it('names what has no valid version as one release, and its neighbour not', async () => {
    const unknown = ['MAL-WG-startup-hook-dated-unknown'];
    assert.deepEqual(await namesOf(gate, ['dated', '2004d-x'], ['dated', 'latest']), [
      unknown,
      unknown,
    ]);
    assert.deepEqual(await namesOf(gate, ['dated', '1.0']), [[]]);
    assert.equal((await gate.get(`/v1/vulns/${unknown[0]}`)).status, 200);
  });

  it('is still known after a restart', async () => {
    await gate.restart();
    assert.deepEqual(await namesOf(gate, ['hooked', '2.0']), [['MAL-WG-startup-hook-hooked-2.0']]);
  });

  it('names a release until a wheel of it is known to be allowed', async () => {
    assert.deepEqual(await namesOf(gate, ['mixed', '1.0']), [['MAL-WG-startup-hook-mixed-1.0']]);
    await gate.get('/files/mixed/mixed-1.0-py3-none-any.whl');
    assert.deepEqual(await namesOf(gate, ['mixed', '1.0']), [[]]);
  });
});

describe('a record of the malware feed', () => {
  const mirror = new Mirror();
  let gate: TestGate;
  before(async () => {
    mirror.put(osv('MAL-2026-7', 'evil', { versions: ['6.6.6'] }), '2026-10-01T00:00:00Z');
    mirror.put(
      osv('MAL-2026-8', 'evil', {
        ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '7' }, { fixed: '8' }] }],
      }),
      '2026-10-02T00:00:00Z',
    );
    await mirror.start();
    gate = await startGate({ config: { 'feed.url': mirror.url } });
    await gate.gate.feed!.sync();
  });
  after(async () => {
    await gate.close();
    mirror.stop();
  });

  it('is named under its own identifier, with what it says of itself', async () => {
    assert.deepEqual(await namesOf(gate, ['evil', '6.6.6'], ['evil', '7.1'], ['evil', '8']), [
      ['MAL-2026-7'],
      ['MAL-2026-8'],
      [],
    ]);
    const record = (await gate.get('/v1/vulns/MAL-2026-8')).json();
    assert.deepEqual(
      [record.id, record.summary, record.modified],
      ['MAL-2026-8', 'Malicious code in evil (PyPI)', '2026-10-01T00:00:00.000Z'],
    );
    assert.deepEqual(record.affected[0].ranges, [
      { type: 'ECOSYSTEM', events: [{ introduced: '7' }, { fixed: '8' }] },
    ]);
  });

  it('is named for its project, page by page', async () => {
    const all = (await postJson(gate, '/v1/query', pypiRelease('evil'))).json;
    assert.deepEqual(all.vulns.map(({ id }: any) => id).sort(), ['MAL-2026-7', 'MAL-2026-8']);
    assert.equal(all.next_page_token, undefined);
    const rest = await postJson(gate, '/v1/query', { ...pypiRelease('evil'), page_token: '1' });
    assert.equal(rest.json.vulns.length, 1);
  });

  it('is not named where the policy does not heed the feed', async () => {
    await gate.writePolicy('off.yaml', 'rules: { malware-feed: { action: warn } }');
    assert.deepEqual(await namesOf(gate, ['evil', '6.6.6']), [[]]);
    assert.equal((await gate.get('/v1/vulns/MAL-2026-7')).status, 404);
    await gate.writePolicy('off.yaml', 'rules: {}');
    assert.equal((await gate.get('/v1/vulns/MAL-2026-7')).status, 200);
  });
});

describe('who asks in the form of OSV', () => {
  let gate: TestGate;
  beforeEach(async () => {
    gate = await startGate({
      policies: { 'own.yaml': DENY },
      config: { 'dashboard.identities': 'shown' },
    });
  });
  afterEach(() => gate.close());

  it('shows the token that everybody shows', async () => {
    await askForTokens(gate, { ci: 'client' });
    const body = { queries: [pypiRelease('bad', '1.1')] };
    for (const path of ['/v1/query', '/v1/querybatch'])
      assert.equal((await postJson(gate, path, body)).status, 401);
    assert.equal((await gate.get('/v1/vulns/MAL-WG-deny-bad-1.1')).status, 401);
    const { status, json } = await postJson(gate, '/v1/querybatch', body, bearer('ci'));
    assert.deepEqual([status, json.results[0].vulns.length], [200, 1]);
  });

  it('is told what is wrong with a question as OSV tells it', async () => {
    for (const body of ['{', '[]', {}, { package: { name: 'six' } }]) {
      const { status, json } = await postJson(gate, '/v1/query', body);
      assert.deepEqual([status, json.code, typeof json.message], [400, 3, 'string']);
    }
    const long = await postJson(gate, '/v1/querybatch', ' '.repeat(2 ** 20 + 1));
    assert.deepEqual([long.status, long.json.code], [413, 3]);
    assert.equal((await gate.get('/v1/query')).status, 405);
    assert.equal((await gate.get('/v1/vulns/')).status, 404);
  });

  it('is written down as one question, which exposure finds and no download is counted for', async () => {
    const queries = [
      pypiRelease('bad', '1.1'),
      pypiRelease('good', '2.0'),
      pypiRelease('good', '2.0'),
    ];
    await postJson(gate, '/v1/querybatch', { queries }, { 'user-agent': 'uv/0.13.9' });
    const [question, named, ...others] = (await gate.decisions()) as any[];
    assert.deepEqual(others, []);
    assert.deepEqual(
      [question.event, question.method, question.asked, question.releases],
      ['query', 'OSV', 2, { bad: ['1.1'], good: ['2.0'] }],
    );
    assert.deepEqual(
      [named.method, named.verdict, named.rule, named.project, named.version, named.bytes],
      ['OSV', 'block', 'deny', 'bad', '1.1', 0],
    );
    const exposure = async (query: string) => (await gate.get(`/api/v1/exposure?${query}`)).json();
    const { requests, clients } = await exposure('project=good&versions===2.0');
    assert.deepEqual(
      requests.map(({ delivery, version, userAgent }: any) => [delivery, version, userAgent]),
      [['locked', '2.0', 'uv/0.13.9']],
    );
    assert.deepEqual(clients, []);
    assert.deepEqual((await exposure('project=good&versions===1.0')).requests, []);
    const refused = await exposure('project=bad&refused=1');
    assert.deepEqual(refused.requests.map(({ delivery }: any) => delivery).sort(), [
      'locked',
      'refused',
    ]);
    const { totals, bars, groups } = (await gate.get('/api/v1/overview?range=24h')).json();
    assert.deepEqual([totals.requests, totals.refused, totals.served], [0, 1, 0]);
    assert.deepEqual(bars.at(-1).refused, { deny: 1 });
    // The tables beside the chart say the same.
    assert.deepEqual(
      groups.map(({ project, inRange }: any) => [project, inRange]),
      [['bad', 1]],
    );
    const downloads = await gate.metric('wheelgate_downloads_total');
    assert.ok(
      downloads.every((line) => line.endsWith(' 0')),
      downloads.join('\n'),
    );
    const { items } = (await gate.get('/api/v1/refusals')).json();
    assert.deepEqual(
      items.map(({ project, version }: any) => [project, version]),
      [['bad', '1.1']],
    );
    assert.equal((await gate.get(`/refusals/${items[0].id}`)).status, 200);
    const page = (await gate.get('/exposure?project=good')).body.toString();
    assert.match(page, /No downloads/);
  });

  it('is answered of names that nobody knows without a question to the index', async () => {
    const queries = Array.from({ length: 500 }, (_, at) => pypiRelease(`unknown-${at}`, '1.0'));
    const { json } = await postJson(gate, '/v1/querybatch', { queries });
    assert.deepEqual(
      json.results,
      queries.map(() => ({})),
    );
    for (const { package: named } of queries)
      assert.equal(gate.upstream.requests(`/simple/${named.name}/`), 0);
    const [question, ...others] = (await gate.decisions()) as any[];
    assert.deepEqual([question.asked, others.length], [500, 0]);
  });
});
