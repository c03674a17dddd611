import assert from 'node:assert/strict';
import { get, type IncomingMessage } from 'node:http';
import { after, before, describe, it } from 'node:test';
import type { Browser, Page } from 'puppeteer-core';
import { chromium, openBrowser } from '../support/browser.js';
import { buildWheel } from '../support/distributions.js';
import { startGate, type TestGate } from '../support/wheelgate.js';

const CHROMIUM = chromium();
const plain = buildWheel({ name: 'demo', version: '1.0' });
const hooked = buildWheel({ name: 'demo', version: '2.0', files: { 'demo.pth': 'import os\n' } });

describe('the page of decisions as they are made', () => {
  let gate: TestGate;
  before(async () => {
    gate = await startGate({ config: { 'gate.mode': 'hold', 'dashboard.identities': 'shown' } });
    gate.upstream.addProject('demo', [plain, hooked]);
  });
  after(() => gate?.close());
  const fetchFile = ({ filename }: { readonly filename: string }) =>
    gate.get(`/files/demo/${filename}`, { 'user-agent': `agent of ${filename}` });

  it('has the last ones, the newest first, with who asked, and those that follow one', async () => {
    await fetchFile(plain);
    await fetchFile(hooked);
    const text = (await gate.get('/live')).body.toString();
    const rows = [...text.matchAll(/<tr id="([^"]+)">.*?<\/tr>/gs)];
    assert.equal(rows.length, 2);
    const [[newest = '', newestId = ''] = [], [oldest = '', oldestId = ''] = []] = rows;
    assert.match(newest, /✖ refused<\/span> 403/);
    assert.match(newest, /startup-hook.*agent of demo-2\.0/s);
    assert.match(newest, new RegExp(`href="\\./projects/demo/files/${hooked.filename}"`));
    assert.match(oldest, /✔ allowed<\/span> 200/);
    const following = (await gate.get(`/live?after=${oldestId}`)).body.toString();
    assert.ok(following.includes(newestId) && !following.includes(oldestId));
  });

  describe('in a browser', { skip: CHROMIUM.skip }, () => {
    let browser: Browser;
    let page: Page;
    before(async () => {
      browser = await openBrowser(CHROMIUM.found!);
      page = await browser.newPage();
      await page.goto(`${gate.url}/live`);
    });
    after(() => browser?.close());

    const rows = () =>
      page.evaluate(
        `[...document.querySelectorAll('tbody tr')].map((row) => row.cells[2].textContent)`,
      ) as Promise<string[]>;
    const says = (text: string) =>
      page.waitForFunction(
        `document.querySelector('.bar').textContent.includes(${JSON.stringify(text)})`,
      );
    const hasRows = (count: number) =>
      page.waitForFunction(`document.querySelectorAll('tbody tr').length === ${count}`);

    it('shows what is decided from now on, above the others, each once', async () => {
      await says('Live:');
      const before = await rows();
      await fetchFile(plain);
      await hasRows(before.length + 1);
      await fetchFile(hooked);
      await hasRows(before.length + 2);
      assert.deepEqual(await rows(), [hooked.filename, plain.filename, ...before]);
      assert.equal(await page.evaluate(`document.querySelector('tbody').ariaLive`), 'polite');
    });

    it('stands still while it is paused, says how many have come, and goes on with them', async () => {
      const before = await rows();
      await page.click('.bar button');
      await fetchFile(plain);
      await fetchFile(hooked);
      await says('Go on (2 new)');
      assert.deepEqual(await rows(), before);
      await page.click('.bar button');
      await hasRows(before.length + 2);
      await says('Pause');
    });

    it('follows the server over a restart', async () => {
      const before = await rows();
      const { port } = new URL(gate.url);
      gate.configure({ listen: `127.0.0.1:${port}` });
      await gate.restart();
      await fetchFile(plain);
      await hasRows(before.length + 1);
      await says('Live:');
    });

    it('says so where as many follow as may, and shows the last ones all the same', async () => {
      await page.goto('about:blank');
      const open: IncomingMessage[] = [];
      const listen = () =>
        new Promise<number>((resolve) => {
          get(`${gate.url}/api/v1/live`, (res) => {
            res.on('error', () => {});
            if (res.statusCode === 200) open.push(res);
            else res.resume();
            resolve(res.statusCode!);
          });
        });
      try {
        // The page before may be connected for a moment longer.
        while (open.length < 10) await listen();
        assert.notEqual(await listen(), 200);
        assert.equal(open.length, 10);
        await page.goto(`${gate.url}/live`);
        await says('Not live: 10 clients are already connected.');
        assert.ok((await rows()).length > 0);
        assert.equal(await page.evaluate(`document.querySelector('.bar button')`), null);
      } finally {
        for (const res of open) res.destroy();
      }
    });
  });
});
