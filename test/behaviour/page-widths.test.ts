import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'puppeteer-core';
import { chromium, openBrowser } from '../support/browser.js';
import { PAGES, startDemoGate } from '../support/dashboard-pages.js';
import { buildWheel } from '../support/distributions.js';
import type { TestGate } from '../support/wheelgate.js';

const CHROMIUM = chromium();
/** What pip and uv send: their name, and JSON. */
const AGENTS = ['pip/25.3', 'uv/0.9.13'].map((name) => {
  const [installer, version] = name.split('/');
  const more = {
    installer: { name: installer, version },
    python: '3.12.3',
    implementation: { name: 'CPython', version: '3.12.3' },
    distro: {
      name: 'Ubuntu',
      version: '24.04',
      id: 'noble',
      libc: { lib: 'glibc', version: '2.39' },
    },
    system: { name: 'Linux', release: '6.8.0-45-generic' },
    cpu: 'x86_64',
    openssl_version: 'OpenSSL 3.0.13 30 Jan 2024',
    setuptools_version: '68.1.2',
    ci: null,
  };
  return `${name} ${JSON.stringify(more)}`;
});
const NAME = 'opentelemetry-instrumentation-remoulade-distributed-tasks-extension';
const LONG = buildWheel({
  name: NAME.replaceAll('-', '_'),
  version: '2026.11.1rc12',
  tags: 'cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64',
  files: { 'opentelemetry_instrumentation_remoulade.pth': 'import os; exec("pass")\n' },
});
const ALL = [
  ...PAGES,
  ['why, with a long name', `/projects/${NAME}/files/${LONG.filename}`],
  ['project, with a long name', `/projects/${NAME}`],
  ['exposure, with a long name', `/exposure?project=${NAME}&refused=1`],
] as const;

/** How much wider than its place something is, and where a button lies on what it copies. */
const MEASURE = `(() => {
  const wider = (node) => node.scrollWidth - node.clientWidth;
  const overlaps = [...document.querySelectorAll('div.code')].filter((block) => {
    const button = block.querySelector('button')?.getBoundingClientRect();
    const text = block.querySelector('pre').getBoundingClientRect();
    return button && button.left < text.right && button.right > text.left &&
      button.top < text.bottom && button.bottom > text.top;
  });
  return {
    page: wider(document.documentElement),
    tables: [...document.querySelectorAll('.scroll')].filter((node) => wider(node) > 0)
      .map((node) => node.getAttribute('aria-label') + ': ' + wider(node)),
    buttons: document.querySelectorAll('div.code button').length,
    overlaps: overlaps.length,
  };
})()`;

describe('a page with long names and real user agents', { skip: CHROMIUM.skip }, () => {
  let gate: TestGate;
  let browser: Browser;
  before(async () => {
    gate = await startDemoGate();
    gate.upstream.addProject(NAME, [LONG]);
    for (const agent of AGENTS) {
      const answer = await gate.get(`/files/${NAME}/${LONG.filename}`, { 'user-agent': agent });
      assert.equal(answer.status, 403);
    }
    browser = await openBrowser(CHROMIUM.found!);
  });
  after(async () => {
    await browser?.close();
    await gate?.close();
  });

  for (const width of [1280, 768, 320])
    it(`fits into a window of ${width} px, and no button lies on a command`, async () => {
      const page = await browser.newPage();
      await page.setViewport({ width, height: 900 });
      let buttons = 0;
      for (const [name, path] of ALL) {
        await page.goto(gate.url + path);
        const found = (await page.evaluate(MEASURE)) as {
          page: number;
          tables: string[];
          buttons: number;
          overlaps: number;
        };
        buttons += found.buttons;
        // A narrow window has tables scroll in their own region.
        const tables = width < 1280 ? [] : found.tables;
        assert.deepEqual([found.page, tables, found.overlaps], [0, [], 0], name);
      }
      assert.ok(buttons > 0);
      await page.close();
    });
});
