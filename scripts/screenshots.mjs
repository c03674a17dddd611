// `npm run screenshots`: pictures of the demo's pages for README.md and docs/, in docs/images. It needs Chromium. The
// demo is identical each time, except for the ids of its requests.
import { mkdirSync, statSync } from 'node:fs';

const { chromium, openBrowser } = await import('../build/test/support/browser.js');
const { startDemo } = await import('../build/test/support/demo/start-demo.js');

const FOLDER = 'docs/images';
const MOST_BYTES = 150 * 1024;
/** The end of the demo's month. */
const AT = Date.UTC(2026, 10, 26, 12);
const WHY = '/projects/tidewater/files/tidewater-2.4.1-py3-none-any.whl';

const PICTURES = [
  { name: 'overview-light', path: '/?range=30d', scheme: 'light' },
  { name: 'overview-dark', path: '/?range=30d', scheme: 'dark' },
  { name: 'why-light', path: WHY, scheme: 'light', height: 1_000 },
  { name: 'why-dark', path: WHY, scheme: 'dark', height: 1_000 },
  { name: 'refusals-light', path: '/refusals', scheme: 'light' },
  { name: 'project-dark', path: '/projects/quickmint', scheme: 'dark' },
];

const { found, skip } = chromium();
if (found === undefined) {
  console.error(skip);
  process.exit(2);
}
mkdirSync(FOLDER, { recursive: true });
const publicUrl = 'https://wheelgate.example.com';
const demo = await startDemo({ at: AT, listen: '127.0.0.1:0', publicUrl });
const browser = await openBrowser(found);
try {
  for (const { name, path, scheme, height = 780 } of PICTURES) {
    const page = await browser.newPage();
    await page.setViewport({ width: 1_100, height });
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    // Scripts would add the age of each time, which would change the picture from day to day.
    await page.setJavaScriptEnabled(false);
    await page.goto(demo.url + path);
    const file = `${FOLDER}/${name}.png`;
    await page.screenshot({ path: file });
    await page.close();
    const { size } = statSync(file);
    if (size > MOST_BYTES) throw new Error(`${file} has ${size} bytes: at most ${MOST_BYTES}`);
    console.log(`${file}: ${size} bytes`);
  }
} finally {
  await browser.close();
  await demo.close();
}
