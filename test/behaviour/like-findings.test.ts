import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { chromium, openBrowser } from '../support/browser.js';
import { buildWheel } from '../support/distributions.js';
import { startGate, type TestGate } from '../support/wheelgate.js';

const CHROMIUM = chromium();
const hooks = (count: number) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, at) => [
      `hook${at + 1}.pth`,
      `import os; exec("${'A'.repeat(800)}")\n`,
    ]),
  );
const many = buildWheel({ name: 'many', files: hooks(17) });
const few = buildWheel({ name: 'few', files: hooks(2) });

const times = (text: string, part: string) => text.split(part).length - 1;

describe('like findings', () => {
  let gate: TestGate;
  before(async () => {
    gate = await startGate();
    for (const [name, wheel] of Object.entries({ many, few })) {
      gate.upstream.addProject(name, [wheel]);
      assert.equal((await gate.get(`/files/${name}/${wheel.filename}`)).status, 403);
    }
  });
  after(() => gate.close());

  const path = (name: string, { filename }: { filename: string }) =>
    `/projects/${name}/files/${filename}`;
  const page = async (at: string) => (await gate.get(at)).body.toString();

  it('are folded beyond the third, each once, with hexadecimal digits only for the first three', async () => {
    const html = await page(path('many', many));
    const ids = [...html.matchAll(/<section id="finding-(\d+)"/g)].map(([, id]) => Number(id));
    assert.deepEqual(
      ids,
      Array.from({ length: 17 }, (_, at) => at + 1),
    );
    const [open, folded] = html.split('<summary>14 more like it</summary>');
    assert.equal(times(open!, '<section id='), 3);
    assert.equal(times(folded!, '<section id='), 14);
    assert.equal(times(open!, 'As hexadecimal digits'), 3);
    assert.equal(times(folded!, 'As hexadecimal digits'), 0);
    for (let at = 1; at <= 17; at += 1) assert.ok(html.includes(`<code>hook${at}.pth</code>`));
  });

  it('lead to their bytes', async () => {
    const html = await page(path('many', many));
    const [, link] = /<a href="([^"]*)">JSON<\/a> has their bytes/.exec(html) ?? [];
    const { pathname } = new URL(link!, `${gate.url}${path('many', many)}`);
    const { findings } = (await gate.get(pathname)).json();
    assert.equal(findings.length, 17);
    assert.ok(findings.every(({ excerpt }: any) => excerpt.base64.length > 0));
  });

  it('are folded on the page of a refusal, too', async () => {
    const { items } = (await gate.get('/api/v1/refusals?project=many')).json();
    assert.match(await page(`/refusals/${items[0].id}`), /<summary>14 more like it<\/summary>/);
  });

  it('are in full if there are two', async () => {
    const html = await page(path('few', few));
    assert.equal(times(html, '<section id='), 2);
    assert.equal(times(html, 'As hexadecimal digits'), 2);
    assert.doesNotMatch(html, /more like it/);
  });

  it('are unfolded by a link to one of them, without a script', {
    skip: CHROMIUM.skip,
  }, async () => {
    const browser = await openBrowser(CHROMIUM.found!);
    try {
      const tab = await browser.newPage();
      await tab.setJavaScriptEnabled(false);
      const isOpen = () =>
        tab.evaluate(`document.querySelector('#finding-17').closest('details').open`);
      await tab.goto(`${gate.url}${path('many', many)}`);
      assert.equal(await isOpen(), false);
      await tab.goto('about:blank');
      await tab.goto(`${gate.url}${path('many', many)}#finding-17`);
      assert.equal(await isOpen(), true);
    } finally {
      await browser.close();
    }
  });
});
