import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { buildWheel } from '../support/distributions.js';
import { askForTokens, bearer } from '../support/tokens.js';
import { startGate, type TestGate } from '../support/wheelgate.js';

const bad = buildWheel({ name: 'bad', version: '1.1' });
const FILE = `/files/bad/${bad.filename}`;

describe('the exposure page', () => {
  let gate: TestGate;
  before(async () => {
    gate = await startGate();
    gate.upstream.addProject('bad', [bad]);
    await askForTokens(gate, { ann: 'client', bob: 'client', root: 'admin' });
    for (const user of ['ann', 'bob', 'ann']) await gate.get(FILE, as(user));
    await gate.get(FILE, { ...as('bob'), 'if-none-match': `"${bad.sha256}"` });
    await gate.writePolicy('deny.yaml', 'deny: [{ project: bad, reason: steals }]');
    await gate.get(FILE, as('bob'));
  });
  after(() => gate.close());

  const as = (user: string) => ({
    ...bearer(user),
    'user-agent': `agent-of-${user}`,
  });
  const see = (path: string, user = 'root') => gate.get(path, as(user));
  const text = async (path: string) => (await see(path)).body.toString();

  it('has a form, and searches nothing before it is filled in', async () => {
    const html = await text('/exposure');
    for (const name of ['project', 'versions', 'sha256', 'since', 'refused'])
      assert.match(html, new RegExp(`name="${name}"`));
    assert.doesNotMatch(html, /coverage starts/);
  });

  it('says by user what each was given, with the same as CSV and as JSON, and how far back the log reaches', async () => {
    const html = await text('/exposure?project=bad&versions===1.1&sha256=&refused=1');
    assert.match(html, /✖ 2 users<\/strong> downloaded a whole file/);
    assert.match(html, /Log coverage starts at <time datetime="2026-11-01/);
    assert.match(html, /agent-of-ann/);
    assert.match(html, /wheelgate audit /);
    const links = [...html.matchAll(/href="\.\/(api\/v1\/exposure[^"]*)"/g)].map(
      ([, link]) => `/${link!.replaceAll('&amp;', '&')}`,
    );
    assert.equal(links.length, 2);
    const [csv, json] = await Promise.all(links.map((link) => see(link)));
    assert.equal(csv!.headers['content-type'], 'text/csv; charset=utf-8');
    assert.equal(csv!.body.toString().trimEnd().split('\r\n').length, 1 + 5);
    const { users, files, searchedBackTo } = json!.json();
    assert.equal(searchedBackTo, undefined);
    assert.deepEqual(
      users.map(({ who, counts }: any) => [who, counts.whole, counts.had, counts.refused]).sort(),
      [
        ['ann', 2, 0, 0],
        ['bob', 1, 1, 1],
      ],
    );
    assert.deepEqual([files[0].filename, files[0].clients], [bad.filename, 2]);
  });

  it('says that nobody was given what nobody was given', async () => {
    assert.match(await text('/exposure?project=bad&versions===9'), /✔ No downloads<\/strong>/);
    assert.match(await text(`/exposure?sha256=${bad.sha256.toUpperCase()}`), /✖ 2 users/);
  });

  it('answers wrong input with what is expected beside the field, and what was typed is still there', async () => {
    const page = await see('/exposure?project=!&versions=zz&sha256=12&since=yesterday');
    assert.equal(page.status, 400);
    const html = page.body.toString();
    assert.match(
      html,
      /id="project-problem" role="alert">✖ The parameter &quot;project&quot; must be a project name/,
    );
    assert.match(html, /The parameter &quot;versions&quot; must be a version specifier/);
    assert.match(html, /64 hexadecimal digits\./);
    assert.match(
      html,
      /The parameter &quot;since&quot; must be a date such as 2026-12-01, or a time/,
    );
    assert.match(html, /name="since" value="yesterday"/);
    const missing = await see('/exposure?versions===1');
    assert.equal(missing.status, 400);
    assert.match(missing.body.toString(), /requires project=NAME or sha256=DIGEST/);
    assert.equal((await see('/api/v1/exposure?versions===1')).status, 400);
  });

  it('is for the role admin, and no client is led there', async () => {
    assert.equal((await see('/exposure', 'ann')).status, 403);
    assert.equal((await see('/api/v1/exposure?project=bad', 'ann')).status, 403);
    assert.equal((await gate.get('/exposure')).status, 401);
    assert.doesNotMatch((await see('/policy', 'ann')).body.toString(), /href="[^"]*exposure/);
    assert.match(await text('/policy'), /href="[^"]*exposure/);
  });

  it('names nobody where no tokens are asked for, unless the settings say so', async () => {
    gate.configure({ 'access.tokens': undefined });
    await gate.restart();
    const paths = [
      '/exposure?project=bad',
      '/api/v1/exposure?project=bad',
      '/api/v1/exposure?project=bad&format=csv',
    ];
    for (const path of paths) {
      const hidden = (await gate.get(path)).body.toString();
      assert.doesNotMatch(hidden, /ann|bob|127\.0\.0\.1|agent-of/, path);
      assert.match(hidden, /client-[0-9a-f]{8}/, path);
    }
    const { clients, users } = (await gate.get(paths[1]!)).json();
    assert.deepEqual([clients.length, users.length], [2, 2]);
    gate.configure({ 'dashboard.identities': 'shown' });
    await gate.restart();
    for (const path of paths) assert.match((await gate.get(path)).body.toString(), /bob/, path);
  });
});
