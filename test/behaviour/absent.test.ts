import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { buildWheel } from '../support/distributions.js';
import { type FakeUpstream, type Fault, startFakeUpstream } from '../support/fake-upstream.js';
import { startGate, type TestGate } from '../support/wheelgate.js';

const JSON_TYPE = 'application/vnd.pypi.simple.v1+json';
/** Nothing answers there: a look-up would fail. */
const ELSEWHERE = 'http://pypi.invalid';

/** An internal index that claims nothing is asked before the public one, for every project. */
describe('an index that is asked first and does not have a project', () => {
  let first: FakeUpstream;
  let gate: TestGate;
  let count = 0;

  before(async () => {
    first = await startFakeUpstream();
    gate = await startGate({
      withUpstream: (url) => ({
        upstreams: [
          {
            name: 'objects',
            url: first.url.replace('simple', 'objects'),
            absent: [403],
            claims: ['x'],
          },
          { name: 'first', url: first.url },
          { name: 'public', url },
        ],
      }),
    });
  });
  after(async () => {
    await gate.close();
    await first.close();
  });

  /** A project that the public index has, and how the first one answers for it. */
  async function asked(
    fault: (project: string) => Fault,
  ): Promise<[status: number, publicly: number]> {
    count += 1;
    const project = `demo${count}`;
    gate.upstream.addProject(project, [buildWheel({ name: project })]);
    first.fault(`/simple/${project}/`, fault(project));
    const { status } = await gate.get(`/simple/${project}/`);
    return [status, gate.upstream.requests(`/simple/${project}/`)];
  }

  for (const [how, fault] of [
    ['with 404', () => ({ kind: 'status', status: 404 })],
    ['with 410', () => ({ kind: 'status', status: 410 })],
    [
      'as GitLab and pypiserver do, with a redirect to the same project elsewhere',
      (project) => ({ kind: 'redirect', to: `${ELSEWHERE}/simple/${project}/` }),
    ],
    [
      'with the same without a slash, in another spelling',
      (project) => ({ kind: 'redirect', to: `${ELSEWHERE}/simple/${project.toUpperCase()}` }),
    ],
  ] as const satisfies [string, (project: string) => Fault][])
    it(`says so ${how}, and the next index is asked`, async () => {
      assert.deepEqual(await asked(fault), [200, 1]);
    });

  for (const [how, fault, status] of [
    ['a login page of another host', () => ({ kind: 'redirect', to: `${ELSEWHERE}/login` }), 502],
    [
      'a login page that names the project in its query',
      (project) => ({ kind: 'redirect', to: `${ELSEWHERE}/login?next=/simple/${project}/` }),
      502,
    ],
    [
      'another project elsewhere',
      () => ({ kind: 'redirect', to: `${ELSEWHERE}/simple/other/` }),
      502,
    ],
    ['a login page of its own', () => ({ kind: 'redirect', to: '/simple/login/' }), 502],
    ['a redirect to nowhere', () => ({ kind: 'status', status: 302 }), 502],
    ['a 304 that nobody asked for', () => ({ kind: 'status', status: 304 }), 502],
    ['204', () => ({ kind: 'status', status: 204 }), 502],
    ['401', () => ({ kind: 'status', status: 401 }), 502],
    ['403', () => ({ kind: 'status', status: 403 }), 502],
    ['500', () => ({ kind: 'status', status: 500 }), 503],
    ['a closed connection', () => ({ kind: 'drop' }), 503],
  ] as const satisfies [string, (project: string) => Fault, number][])
    it(`and answers with ${how} ends the search: no other index is asked`, async () => {
      first.serve('/simple/login/', '<a href="#">Log in</a>', 'text/html');
      assert.deepEqual(await asked(fault), [status, 0]);
    });

  it('says what to set where it answers with 403, or leads to a login page', async () => {
    first.fault('/simple/stores/', { kind: 'status', status: 403 });
    assert.match((await gate.get('/simple/stores/')).json().detail, /absent: \[403\]/);
    first.fault('/simple/away/', { kind: 'redirect', to: `${ELSEWHERE}/login` });
    const { detail } = (await gate.get('/simple/away/')).json();
    assert.match(detail, /pypi\.invalid/);
    assert.match(detail, /"auth"/);
    assert.match(detail, /"claims"/);
  });

  it('may say so with 403 where "absent" has it, and still is the only one asked for what it claims', async () => {
    gate.upstream.addProject('x', [buildWheel({ name: 'x' })]);
    first.fault('/objects/x/', { kind: 'status', status: 403 });
    assert.equal((await gate.get('/simple/x/')).status, 404);
    assert.equal(gate.upstream.requests('/simple/x/'), 0);
  });
});

describe('while the first of two indexes is down', () => {
  let first: FakeUpstream;
  let gate: TestGate;
  const dist = buildWheel({ name: 'seen' });

  before(async () => {
    first = await startFakeUpstream();
    gate = await startGate({
      withUpstream: (url) => ({
        upstreams: [
          { name: 'first', url: first.url },
          { name: 'public', url },
        ],
      }),
    });
    gate.upstream.addProject('seen', [dist]);
    gate.upstream.addProject('unseen', [buildWheel({ name: 'unseen' })]);
    assert.deepEqual((await gate.get(`/files/seen/${dist.filename}`)).body, dist.bytes);
    for (const project of ['seen', 'unseen'])
      first.fault(`/simple/${project}/`, { kind: 'status', status: 500 });
    gate.now += 3_600_000;
  });
  after(async () => {
    await gate.close();
    await first.close();
  });

  it('what was seen of the second is served, page and file, also after a restart', async () => {
    const before = gate.upstream.requests('/simple/seen/');
    for (let round = 0; round < 2; round += 1) {
      assert.equal((await gate.get('/simple/seen/')).status, 200);
      assert.deepEqual((await gate.get(`/files/seen/${dist.filename}`)).body, dist.bytes);
      await gate.restart();
      gate.now += 3_600_000;
    }
    assert.equal(gate.upstream.requests('/simple/seen/'), before);
  });

  it('a name that was never seen is a 503, and not asked of the second', async () => {
    assert.equal((await gate.get('/simple/unseen/')).status, 503);
    assert.equal(gate.upstream.requests('/simple/unseen/'), 0);
  });

  it('a name that the first had since is not the second one any more', async () => {
    const own = buildWheel({ name: 'seen', version: '2.0' });
    first.addProject('seen', [own]);
    first.fault('/simple/seen/', undefined);
    gate.now += 3_600_000;
    const names = async () => {
      const page = (await gate.get('/simple/seen/', { accept: JSON_TYPE })).json();
      return page.files.map((file: any) => file.filename);
    };
    assert.deepEqual(await names(), [own.filename]);
    first.fault('/simple/seen/', { kind: 'status', status: 500 });
    gate.now += 3_600_000;
    assert.deepEqual(await names(), [own.filename]);
  });
});
