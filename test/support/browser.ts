import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, launch } from 'puppeteer-core';
import { type Requirement, required } from './requirements.js';

/** Chromium, from `WHEELGATE_TEST_CHROMIUM` or from the PATH. */
export function chromium(): Requirement<string> {
  const own = process.env.WHEELGATE_TEST_CHROMIUM;
  const folders = (process.env.PATH ?? '').split(':');
  const named = ['chromium', 'chromium-browser', 'google-chrome'];
  const paths = [
    ...(own === undefined ? [] : [own]),
    ...folders.flatMap((folder) => named.map((name) => join(folder, name))),
  ];
  const found = paths.find((path) => existsSync(path));
  return required(found, 'Chromium', "it comes with Debian's package chromium");
}

/** A browser without background requests. */
export function openBrowser(executablePath: string): Promise<Browser> {
  return launch({
    executablePath,
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-dev-shm-usage',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--no-first-run',
    ],
  });
}
