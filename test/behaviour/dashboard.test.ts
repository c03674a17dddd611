import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { buildWheel } from '../support/distributions.js';
import { askForTokens, bearer } from '../support/tokens.js';
import { ask, startGate } from '../support/wheelgate.js';

const bad = buildWheel({ name: 'hooked', files: { 'hooked.pth': 'import os\n' } });
const FILE = `/files/hooked/${bad.filename}`;
const PAGE = `/projects/hooked/files/${bad.filename}`;
const LINK = `/w/${bad.sha256.slice(0, 10)}`;
const URL_SET = { 'public-url': 'https://wg.example', 'gate.mode': 'hold' };

describe('the dashboard', () => {
  it('has a port of its own where it is given one, and what refusals link to is on both', async () => {
    const gate = await startGate({ config: { ...URL_SET, 'dashboard.listen': '127.0.0.1:0' } });
    try {
      gate.upstream.addProject('hooked', [bad]);
      assert.match((await gate.get(FILE)).json().more, /^https:\/\/wg\.example\/w\//);
      const own = `http://127.0.0.1:${gate.gate.dashboardAddress!.port}`;
      for (const path of [PAGE, `/api/v1${PAGE}`, '/help/findings'])
        for (const at of [own, gate.url]) assert.equal((await ask(at + path)).status, 200, path);
      assert.equal((await ask(own + LINK)).status, 302);
      for (const path of ['/health', '/api/v1/health', '/api/v1/overview', '/api/v1/refusals']) {
        assert.equal((await ask(own + path)).status, 200, path);
        assert.equal((await gate.get(path)).status, 404, path);
      }
      for (const path of ['/simple/', FILE, '/metrics'])
        assert.equal((await ask(own + path)).status, 404, path);
      assert.equal((await gate.get('/')).status, 404);
      const linked = (await gate.get(PAGE)).body.toString();
      assert.doesNotMatch(linked, /href="[./]*health"/);
      assert.match((await ask(own + PAGE)).body.toString(), /href="[./]*health"/);
    } finally {
      await gate.close();
    }
  });

  it('is gone where it is off, and its links with it', async () => {
    const gate = await startGate({ config: { ...URL_SET, 'dashboard.enabled': false } });
    try {
      gate.upstream.addProject('hooked', [bad]);
      const answer = await gate.get(FILE);
      assert.equal(answer.status, 403);
      assert.doesNotMatch(answer.phrase + answer.body, /wg\.example/);
      const pages = [PAGE, LINK, '/health', '/help/findings', '/ui/app.js'];
      const twins = ['overview', 'refusals', 'live', 'health'].map((name) => `/api/v1/${name}`);
      for (const path of [...pages, ...twins, `/api/v1${PAGE}`])
        assert.equal((await gate.get(path)).status, 404, path);
      assert.equal((await gate.get('/api/v1/explain?project=hooked')).status, 200);
    } finally {
      await gate.close();
    }
  });

  it('names nobody else to a client, and everybody to an admin', async () => {
    const gate = await startGate({
      config: { 'dashboard.identities': 'shown', 'gate.mode': 'hold' },
    });
    await askForTokens(gate, { ann: 'client', bob: 'client', root: 'admin' });
    const as = (user: string) => ({
      ...bearer(user),
      'user-agent': `agent-of-${user}`,
    });
    try {
      gate.upstream.addProject('hooked', [bad]);
      for (const user of ['ann', 'bob']) assert.equal((await gate.get(FILE, as(user))).status, 403);
      for (const path of [PAGE, `/api/v1${PAGE}`]) {
        const [ann, admin] = [await gate.get(path, as('ann')), await gate.get(path, as('root'))];
        assert.match(ann.body.toString(), /agent-of-ann/);
        assert.doesNotMatch(ann.body.toString(), /bob/);
        assert.match(admin.body.toString(), /agent-of-ann/);
        assert.match(admin.body.toString(), /agent-of-bob/);
        assert.equal((await gate.get(path)).status, 401);
      }
      assert.equal((await gate.get('/ui/app.js')).status, 200);
      assert.equal((await gate.get(LINK)).status, 401);
    } finally {
      await gate.close();
    }
  });
});
