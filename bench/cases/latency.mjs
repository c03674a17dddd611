// Warm pages during heavy work. The same requests go to a bare server, which shows the machine's own share of a delay:
// with few cores, heavy work takes the processor from all processes.
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { publishBigPages } from '../lib/big-pages.mjs';
import { download } from '../lib/download.mjs';
import { fillers, publish, wheelPath } from '../lib/index-folder.mjs';
import { median } from '../lib/measure.mjs';
import { probed } from '../lib/probe.mjs';
import { sleep, startScript, startWheelgate } from '../lib/processes.mjs';
import { publishFamily } from '../lib/wheel-family.mjs';

export const needs = [];

const INTERVAL = 4;
const WHEELS = ['one', 'two', 'three', 'four'];

export async function run({ folder, rounds, short }) {
  const root = join(folder, 'index');
  const size = short ? 50e6 : 1e9;
  const times = short ? 1 : Math.min(rounds, 3);
  const pagesAtATime = short ? 1 : 4;
  publish(root, 'demo', [], fillers('demo', 55));
  const big = publishBigPages(root, 'big', times * pagesAtATime).names;
  publishFamily(root, WHEELS, size);
  writeFileSync(join(folder, 'page'), randomBytes(20_000));
  const upstream = await startScript('family', root);
  const pages = await startScript('throttled', root, 1e9);
  const bare = await startScript('bare', join(folder, 'page'));
  // The pages have a separate upstream, because a server that sends gigabytes responds late.
  const wheelgate = await startWheelgate(join(folder, 'gate'), pages.url, {
    more: {
      upstreams: [
        { name: 'wheels', url: `${upstream.url}/simple/`, claims: WHEELS },
        { name: 'pages', url: `${pages.url}/simple/` },
      ],
    },
  });
  const targets = { wheelgate: `${wheelgate.url}/simple/demo/`, bare: `${bare.url}/page` };
  const seen = { idle: [], inspecting: [], rendering: [] };
  const during = async (what, work) => seen[what].push(await probed(targets, work, INTERVAL));
  try {
    for (let round = 0; round < times; round += 1) {
      await during('idle', () => sleep(short ? 500 : 3_000));
      await during('rendering', async () => {
        for (const name of big.splice(0, pagesAtATime))
          await download(`${wheelgate.url}/simple/${name}/`, { 'accept-encoding': 'gzip' });
      });
    }
    await during('inspecting', () =>
      Promise.all(WHEELS.map((name) => download(wheelgate.url + wheelPath(name)))),
    );
    return [
      figure('the longest wait', (one) => one.longest),
      figure('p99', (one) => one.p99, { most: true }),
    ].reverse();
  } finally {
    for (const server of [wheelgate, bare, pages, upstream]) await server.end();
  }

  function figure(what, pick, { most = false } = {}) {
    const of = (name, target) => {
      const values = seen[name].map((one) => pick(one[target]));
      return { median: median(values), values };
    };
    const idle = of('idle', 'wheelgate');
    // 10 ms, or five times the idle time.
    const bound = { most: Math.max(10, 5 * idle.median), absolute: true };
    const inspecting = `four wheels of ${size / 1e6} MB inspected`;
    const rendering = '8,000-file pages rendered';
    return {
      figure: `warm page of 20 KB, asked every ${INTERVAL} ms: ${what}`,
      unit: 'ms',
      baseline: 'idle',
      aims: most ? { [inspecting]: bound, [rendering]: bound } : {},
      results: {
        idle,
        [inspecting]: of('inspecting', 'wheelgate'),
        'bare node:http meanwhile': of('inspecting', 'bare'),
        [rendering]: of('rendering', 'wheelgate'),
        'bare node:http meanwhile ': of('rendering', 'bare'),
      },
    };
  }
}
