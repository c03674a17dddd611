import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { buildWheel } from '../support/distributions.js';
import { askForTokens, bearer } from '../support/tokens.js';
import { startGate, type TestGate } from '../support/wheelgate.js';

const POLICY =
  'deny: [{ project: bad, reason: "an example" }, { project: worse, reason: "another" }]';

describe('what was refused', () => {
  let gate: TestGate;
  const wheels = ['bad', 'worse', 'good'].map((name) => buildWheel({ name }));
  const path = (name: string) =>
    `/files/${name}/${wheels.find(({ filename }) => filename.startsWith(`${name}-`))!.filename}`;
  const start = async (config: Readonly<Record<string, unknown>> = {}) => {
    gate = await startGate({ policies: { 'own.yaml': POLICY }, config });
    for (const wheel of wheels) gate.upstream.addProject(wheel.filename.split('-')[0]!, [wheel]);
  };
  beforeEach(() => start());
  afterEach(() => gate.close());

  const ask = async (query = '') => (await gate.get(`/api/v1/refusals${query}`)).json();
  const projects = async (query: string) =>
    (await ask(query)).items.map(({ project }: { project: string }) => project);

  it('is told as groups, the newest first, with how often and by which rule', async () => {
    await gate.get(path('bad'));
    gate.now += 1_000;
    await gate.get(path('worse'));
    gate.now += 1_000;
    await gate.get(path('bad'));
    await gate.get(path('good'));
    const { items, next, rules } = await ask();
    assert.deepEqual(
      items.map(({ project, rule, refused }: any) => [project, rule, refused]),
      [
        ['bad', 'deny', 2],
        ['worse', 'deny', 1],
      ],
    );
    assert.deepEqual([next, rules], [undefined, { deny: 3 }]);
  });

  it('is found by project, rule, verdict, time and text, and by nothing else', async () => {
    await gate.get(path('bad'));
    gate.now += 1_000;
    const between = new Date(gate.now).toISOString();
    await gate.get(path('worse'));
    for (const [query, found] of [
      ['?project=bad', ['bad']],
      ['?project=Good', []],
      ['?rule=deny', ['worse', 'bad']],
      ['?rule=cooldown', []],
      ['?verdict=block', ['worse', 'bad']],
      ['?verdict=warn', []],
      ['?q=ANOTHER', ['worse']],
      [`?since=${between}`, ['worse']],
      [`?until=${between}`, ['bad']],
    ] as const)
      assert.deepEqual(await projects(query), found, query);
    for (const wrong of ['?project=%20', '?verdict=x', '?since=x'])
      assert.equal((await gate.get(`/api/v1/refusals${wrong}`)).status, 400);
  });

  it('bears a name by which each is found again after a rotation, a compression and a restart', async () => {
    gate.configure({ 'decisions.max-bytes': '1KiB', 'decisions.keep': 1_000 });
    await gate.restart();
    await gate.get(path('bad'));
    const { id } = (await ask()).items[0];
    for (let more = 0; more < 5; more += 1) {
      gate.now += 1_000;
      await gate.get(path('good'));
    }
    await gate.restart(async () => {
      // Nothing but the log itself is left of it.
      await writeFile(join(gate.folder, 'data', 'decisions.rollup.json'), 'damaged');
    });
    const one = await gate.get(`/api/v1/refusals/${id}`);
    assert.deepEqual([one.status, one.json().project, one.json().id], [200, 'bad', id]);
    const page = await gate.get(`/refusals/${id}`);
    assert.equal(page.status, 200);
    assert.match(page.body.toString(), /Refused<\/strong> on [\s\S]*by the rule <strong>deny/);
    for (const wrong of [id.replace(/.{6}$/, '000000'), 'x', `${id}/x`])
      for (const at of ['/api/v1/refusals', '/refusals'])
        assert.equal((await gate.get(`${at}/${wrong}`)).status, 404);
  });

  it('names nobody where no tokens are asked for, unless the settings say so', async () => {
    const headers = { 'user-agent': 'agent-of-somebody', authorization: 'Basic c29tZWJvZHk6eA==' };
    await gate.get(path('bad'), headers);
    const urls = ['/api/v1/overview', '/api/v1/refusals', '/api/v1/refusals?format=csv'];
    const { id } = (await ask()).items[0];
    const pages = ['/', '/refusals', `/refusals/${id}`, '/refusals?since=2020-01-01&sort=users'];
    for (const url of [...urls, ...pages, `/api/v1/refusals/${id}`]) {
      const text = (await gate.get(url)).body.toString();
      assert.ok(!/somebody|127\.0\.0\.1/.test(text), url);
    }
    for (const at of ['/api/v1/refusals', '/refusals'])
      assert.equal((await gate.get(`${at}?user=somebody`)).status, 403);
    gate.configure({ 'dashboard.identities': 'shown' });
    await gate.restart();
    assert.deepEqual((await ask('?user=somebody')).items[0].users, ['somebody']);
    const seen = (await gate.get(`/api/v1/refusals/${id}`)).json();
    assert.deepEqual([seen.user, seen.userAgent], ['somebody', 'agent-of-somebody']);
  });

  it('is to a client what it was refused itself, and no byte of an answer names another', async () => {
    await askForTokens(gate, { mine: 'client', bob: 'client', zoe: 'admin' });
    const as = (user: string) => ({
      ...bearer(user),
      'user-agent': `agent-${user}`,
    });
    await gate.get(path('bad'), as('mine'));
    gate.now += 1_000;
    await gate.get(path('worse'), as('bob'));
    await gate.get(path('bad'), as('bob'));
    const all = (await gate.get('/api/v1/refusals', as('zoe'))).json().items;
    assert.deepEqual(all[0].users.length + all[1].users.length, 3);
    const queries = [
      '',
      '?format=csv',
      '?project=bad',
      '?sort=users',
      '?sort=most&q=b',
      '?since=2020-01-01',
      '?verdict=block&rule=deny',
      '?user=bob',
      '?before=x',
    ];
    const urls = [
      ...['/', '/?range=30d', '/api/v1/overview'],
      ...queries.flatMap((query) => [`/refusals${query}`, `/api/v1/refusals${query}`]),
      ...all.flatMap(({ id: of }: any) => [`/refusals/${of}`, `/api/v1/refusals/${of}`]),
    ];
    for (const url of urls) {
      const text = (await gate.get(url, as('mine'))).body.toString();
      assert.ok(text.length > 10 && !/bob|zoe/.test(text), `${url}: ${text}`);
    }
    const own = (await gate.get('/api/v1/refusals', as('mine'))).json().items;
    assert.deepEqual(
      own.map(({ project, refused, users }: any) => [project, refused, users]),
      [['bad', 1, ['mine']]],
    );
    const statuses = await Promise.all(
      [own[0].id, all[0].id].map(
        async (id) => (await gate.get(`/api/v1/refusals/${id}`, as('mine'))).status,
      ),
    );
    assert.deepEqual(statuses, [200, 404]);
    assert.equal((await gate.get('/api/v1/refusals?user=bob', as('mine'))).status, 403);
    assert.equal((await gate.get('/api/v1/refusals')).status, 401);
  });

  it('is shown on pages with what each of them is asked for', async () => {
    for (let time = 0; time < 3; time += 1) {
      await gate.get(path('bad'));
      gate.now += 1_000;
    }
    await gate.get(path('worse'));
    const text = async (url: string) => (await gate.get(url)).body.toString();
    const overview = await text('/');
    assert.match(overview, /<h1>Last 24 hours<\/h1>/);
    assert.match(overview, /<title>[^<]*deny 4<\/title>/);
    assert.match(overview, /href="\.\/projects\/bad\/files\/bad-/);
    assert.match(await text('/?range=7d'), /<h1>Last 7 days<\/h1>/);
    assert.match(await text('/?range=1y'), /The parameter &quot;range&quot; must be one of/);
    const refusals = await text('/refusals?sort=most');
    assert.match(refusals, /3 requests[\s\S]*worse/);
    assert.match(refusals, /<option value="most" selected>/);
    const narrowed = await text('/refusals?project=worse&rule=deny&q=another&since=2026-11-01');
    assert.doesNotMatch(narrowed, /files\/bad-/);
    assert.match(narrowed, /name="project" value="worse"/);
    assert.match(narrowed, /type="date" value="2026-11-01"/);
    assert.match(
      narrowed,
      /href="\.\/api\/v1\/refusals\?rule=deny&amp;project=worse[^"]*format=csv"/,
    );
    const [first] = (await ask('?project=bad')).items;
    assert.equal(first.requests.length, 3);
    const { like, now, policy } = (await gate.get(`/api/v1/refusals/${first.id}`)).json();
    assert.deepEqual([like.items.length, now.verdict, policy], [3, 'block', undefined]);
    const decision = await text(`/refusals/${first.id}`);
    assert.match(decision, /Same policy revision/);
    assert.match(decision, /owner: CHANGE-ME/);
    await gate.writePolicy('own.yaml', 'deny: []');
    assert.match(await text(`/refusals/${first.id}`), /Not refused so far/);
  });

  it('says in red and first where an edit of the policy was not taken over', async () => {
    await assert.rejects(gate.writePolicy('own.yaml', 'deny: [{ nothing: <b> }]'));
    const text = (await gate.get('/')).body.toString();
    assert.match(
      text,
      /<ul class="state block">\s*<li class="word block"><strong>✖ A policy edit was rejected/,
    );
    assert.match(text, /<a href="\.\/policy">Errors<\/a>/);
    assert.doesNotMatch(text, /class="troubles"/);
  });

  it('is counted in an overview of the hours and days, beside how the service is', async () => {
    await gate.get(path('bad'));
    await gate.writePolicy('own.yaml', `mode: dry-run\n${POLICY}`);
    await gate.get(path('worse'));
    for (const range of ['24h', '7d', '30d']) {
      const {
        totals,
        bars,
        groups,
        newest,
        state,
        counted,
        projects: seen,
      } = (await gate.get(`/api/v1/overview?range=${range}`)).json();
      const { requests, refused, wouldHave, served, fetched, misses } = totals;
      const { length } = wheels[1]!.bytes;
      assert.deepEqual(
        [requests, refused, wouldHave, served, fetched, misses],
        [2, 1, 1, length, length, 1],
      );
      assert.deepEqual([bars.at(-1).refused, bars.at(-1).wouldHave], [{ deny: 1 }, { deny: 1 }]);
      assert.deepEqual([groups.length, newest.length, seen.length], [2, 2, 2]);
      assert.deepEqual([state.policy.mode, state.policy.failing], ['dry-run', false]);
      assert.deepEqual(counted, { kind: 'whole' });
    }
    assert.equal((await gate.get('/api/v1/overview?range=1y')).status, 400);
  });
});
