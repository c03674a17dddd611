import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import type { Browser, Page } from 'puppeteer-core';
import { chromium, openBrowser } from '../support/browser.js';
import { PAGES, startDemoGate } from '../support/dashboard-pages.js';
import type { TestGate } from '../support/wheelgate.js';

const AXE = readFileSync('node_modules/axe-core/axe.min.js', 'utf8');
const CHROMIUM = chromium();
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

const LOOKS = [
  { look: 'wide and light', width: 1280, scheme: 'light', text: 100 },
  { look: 'wide and dark', width: 1280, scheme: 'dark', text: 100 },
  { look: 'narrow and light', width: 320, scheme: 'light', text: 100 },
  { look: 'narrow and dark', width: 320, scheme: 'dark', text: 100 },
  { look: 'wide with text of twice the size', width: 1280, scheme: 'light', text: 200 },
] as const;

describe('in a browser, a page of the dashboard', { skip: CHROMIUM.skip }, () => {
  let gate: TestGate;
  let browser: Browser;
  before(async () => {
    gate = await startDemoGate();
    browser = await openBrowser(CHROMIUM.found!);
  });
  after(async () => {
    await browser?.close();
    await gate?.close();
  });

  /** Opens a page, hands it on, and says what it has complained of or asked others for. */
  async function visit(path: string, look: (page: Page) => Promise<void>): Promise<string[]> {
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(`console: ${message.text()}`));
    page.on('pageerror', (error) => complaints.push(`error: ${String(error)}`));
    page.on('request', (request) => {
      // What the browser draws its own fields with asks nobody.
      const isOurs = request.url().startsWith(gate.url) || request.url().startsWith('data:');
      if (!isOurs) complaints.push(`request: ${request.url()}`);
    });
    try {
      await look(page);
      const answer = await page.goto(gate.url + path);
      // The browser tells of the status of a page that is none.
      return answer?.ok() === true
        ? complaints
        : complaints.filter((text) => !/ 40[04] /.test(text));
    } finally {
      await page.close();
    }
  }

  for (const [name, path] of PAGES) {
    for (const { look, width, scheme, text } of LOOKS)
      it(`(${name}) is readable to everybody, ${look}`, async () => {
        const page = await browser.newPage();
        try {
          await page.setViewport({ width, height: 900 });
          await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
          await page.goto(gate.url + path);
          if (text !== 100)
            await page.evaluate(`document.documentElement.style.fontSize = '${text}%'`);
          const wider = await page.evaluate(
            'document.documentElement.scrollWidth - document.documentElement.clientWidth',
          );
          assert.equal(wider, 0, 'it scrolls sideways');
          await page.evaluate(AXE);
          const found = (await page.evaluate(
            `axe.run({ runOnly: ${JSON.stringify(RULES)} }).then(({ violations }) =>
              violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))`,
          )) as string[];
          assert.deepEqual(found, []);
        } finally {
          await page.close();
        }
      });

    it(`(${name}) complains of nothing and asks nobody else for anything`, async () => {
      assert.deepEqual(await visit(path, async () => {}), []);
    });

    it(`(${name}) says the same without a script`, async () => {
      const read = async (scripts: boolean) => {
        const page = await browser.newPage();
        try {
          await page.setJavaScriptEnabled(scripts);
          await page.goto(gate.url + path);
          // What the script adds is told from what is there by its class.
          return (await page.evaluate(
            `[...document.querySelectorAll('h1, h2, h3, p, li, dt, th, pre')].map((node) => {
              const copy = node.cloneNode(true);
              for (const note of copy.querySelectorAll('.ago')) note.remove();
              return copy.textContent.replace(/UTC.*|\\d\\d:\\d\\d/g, '');
            }).join('\\n')`,
          )) as string;
        } finally {
          await page.close();
        }
      };
      const text = await read(false);
      assert.equal(text, await read(true));
      assert.ok(text.length > 20);
    });
  }
});
