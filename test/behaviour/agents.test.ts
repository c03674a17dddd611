import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { AGENTS } from '../support/agents.js';
import { buildWheel } from '../support/distributions.js';
import { startGate, type TestGate } from '../support/wheelgate.js';

const wheel = buildWheel({ name: 'hooked', files: { 'hooked.pth': 'import os; exec("pass")\n' } });
const SHORT = 'pip 26.3 (CPython 3.11.7, Linux)';

const times = (text: string, part: string) => text.split(part).length - 1;
const textOf = (html: string) => html.replace(/<[^>]*>/g, '').replaceAll('&quot;', '"');
const titlesOf = (html: string) =>
  [...html.matchAll(/title="([^"]*)"/g)].map(([, title]) => title!.replaceAll('&quot;', '"'));

describe('the agent of a client', () => {
  let gate: TestGate;
  let id: string;
  before(async () => {
    gate = await startGate({ config: { 'dashboard.identities': 'shown' } });
    gate.upstream.addProject('hooked', [wheel]);
    const path = `/files/hooked/${wheel.filename}`;
    assert.equal((await gate.get(path, { 'user-agent': AGENTS.pip })).status, 403);
    id = (await gate.get('/api/v1/refusals')).json().items[0].id;
  });
  after(() => gate.close());

  const PAGES = ['/live', '/refusals', '/exposure?project=hooked&refused=1'];
  const page = async (path: string) => (await gate.get(path)).body.toString();

  for (const path of [...PAGES, `/projects/hooked/files/${wheel.filename}`])
    it(`is short in ${path}, with all of it as a title`, async () => {
      const html = await page(path);
      assert.equal(times(textOf(html), SHORT), 1);
      assert.equal(times(textOf(html), 'openssl_version'), 0);
      assert.ok(titlesOf(html).includes(AGENTS.pip));
    });

  it('is complete in the record of a refusal, and short in the list below it', async () => {
    const html = await page(`/refusals/${id}`);
    assert.equal(times(textOf(html), AGENTS.pip), 1);
    assert.equal(times(textOf(html), SHORT), 1);
    assert.ok(titlesOf(html).includes(AGENTS.pip));
  });

  it('is complete in the API and in the CSV', async () => {
    const { requests } = (await gate.get('/api/v1/exposure?project=hooked&refused=1')).json();
    assert.deepEqual(
      requests.map(({ userAgent }: { userAgent: string }) => userAgent),
      [AGENTS.pip],
    );
    const csv = await page('/api/v1/exposure?project=hooked&refused=1&format=csv');
    assert.ok(csv.includes(AGENTS.pip.replaceAll('"', '""')));
  });

  it('appears once for machines that differ only in the rest', async () => {
    const other = AGENTS.pip.replace('6.1.0-18', '6.1.0-21');
    assert.notEqual(other, AGENTS.pip);
    await gate.get(`/files/hooked/${wheel.filename}`, { 'user-agent': other });
    await gate.get(`/files/hooked/${wheel.filename}`, { 'user-agent': AGENTS.uv });
    const text = textOf(await page('/exposure?project=hooked&refused=1'));
    assert.equal(times(text, SHORT), 1);
    assert.equal(times(text, 'uv 0.13.9 (CPython 3.11.7, Linux)'), 1);
  });
});
