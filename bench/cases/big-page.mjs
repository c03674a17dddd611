// A cold page of 8,000 files: its cost, and the longest delay of other clients meanwhile.
import { join } from 'node:path';
import { BIG_PAGE_FILES, publishBigPages } from '../lib/big-pages.mjs';
import { download } from '../lib/download.mjs';
import { alternate } from '../lib/measure.mjs';
import { probed } from '../lib/probe.mjs';
import { proc, settledCpu, sleep, startScript, startWheelgate } from '../lib/processes.mjs';

export const needs = [...proc];

const JSON_TYPE = 'application/vnd.pypi.simple.v1+json';
/** The formats that clients request. */
const FORMS = {
  'JSON, gzip (pip)': { accept: JSON_TYPE, 'accept-encoding': 'gzip' },
  'JSON, br (uv)': { accept: JSON_TYPE, 'accept-encoding': 'gzip, br' },
  'HTML, gzip': { accept: 'text/html', 'accept-encoding': 'gzip' },
};
/** CPU time has a resolution of 10 ms, so one measurement covers several pages. */
const PAGES_A_MEASURE = 2;

export async function run({ folder, rounds, short }) {
  const root = join(folder, 'index');
  const times = short ? 1 : Math.min(rounds, 3);
  const forms = Object.entries(FORMS);
  const warmUp = short ? 1 : 6;
  const count = warmUp + times * (forms.length * PAGES_A_MEASURE + 1);
  const { names, bytes } = publishBigPages(root, 'big', count);
  const upstream = await startScript('throttled', root, 1e9);
  const wheelgate = await startWheelgate(join(folder, 'gate'), upstream.url);
  const page = (headers) => download(`${wheelgate.url}/simple/${names.shift()}/`, headers);

  const cpuOf = async (pages, headers) => {
    const before = await settledCpu(wheelgate.pid);
    for (let index = 0; index < pages; index += 1) await page(headers);
    return (((await settledCpu(wheelgate.pid)) - before) * 1_000) / pages;
  };
  const healthz = { healthz: `${wheelgate.url}/healthz` };
  const longest = async (work) => (await probed(healthz, work, 2)).healthz.longest;
  try {
    const first = await cpuOf(1, forms[0][1]);
    for (let index = 1; index < warmUp; index += 1) await page(forms[index % forms.length][1]);
    const cpu = await alternate(
      Object.fromEntries(
        forms.map(([name, headers]) => [name, () => cpuOf(PAGES_A_MEASURE, headers)]),
      ),
      times,
    );
    const blocked = await alternate(
      {
        idle: () => longest(() => sleep(1_000)),
        'cold page, JSON, gzip': () =>
          longest(async () => {
            await page(forms[0][1]);
            await sleep(300);
          }),
      },
      times,
    );
    return [
      {
        figure: `CPU for a cold page of ${BIG_PAGE_FILES} files, ${(bytes / 1e6).toFixed(1)} MB of JSON`,
        unit: 'ms',
        aims: Object.fromEntries(forms.map(([name]) => [name, { most: 150 }])),
        results: cpu,
        note: `the first such page of a process: ${Math.round(first)} ms`,
      },
      {
        figure: 'longest wait for /healthz meanwhile, asked every 2 ms',
        unit: 'ms',
        aims: { 'cold page, JSON, gzip': { most: 25 } },
        results: blocked,
      },
    ];
  } finally {
    for (const server of [wheelgate, upstream]) await server.end();
  }
}
