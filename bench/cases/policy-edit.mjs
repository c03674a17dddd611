// A policy edit while many pages are cached: each page is judged and rendered again at its next request, not before.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { download } from '../lib/download.mjs';
import { fillers, publish } from '../lib/index-folder.mjs';
import { median } from '../lib/measure.mjs';
import { probed } from '../lib/probe.mjs';
import { sleep, startScript, startWheelgate } from '../lib/processes.mjs';

export const needs = [];

const HEADERS = {
  accept: 'application/vnd.pypi.simple.v1+json',
  'accept-encoding': 'gzip',
};

export async function run({ folder, short }) {
  const count = short ? 100 : 2_000;
  const root = join(folder, 'index');
  const names = Array.from({ length: count }, (_, index) => `project${index}`);
  for (const name of names) publish(root, name, [], fillers(name, 55));
  const policies = join(folder, 'policies');
  mkdirSync(policies);
  const deny = (version) =>
    writeFileSync(
      join(policies, 'deny.yaml'),
      JSON.stringify({
        deny: [{ project: names[0], versions: `==${version}`, reason: 'made up for a measure' }],
      }),
    );
  deny('0.1');
  const upstream = await startScript('throttled', root, 1e9);
  const wheelgate = await startWheelgate(join(folder, 'gate'), upstream.url, {
    more: { policies },
  });
  const ask = (name) => download(`${wheelgate.url}/simple/${name}/`, HEADERS);
  const all = async () => {
    const times = [];
    for (const name of names) times.push((await ask(name)).milliseconds);
    return times.sort((a, b) => a - b);
  };
  const healthz = { healthz: `${wheelgate.url}/healthz` };
  const longest = async (work) => (await probed(healthz, work, 2)).healthz.longest;
  try {
    const cold = await all();
    const warm = await all();
    const idle = await longest(() => sleep(short ? 500 : 2_000));
    const { etag } = (await ask(names[0])).headers;
    let first;
    const edit = await longest(async () => {
      deny('0.2');
      while ((await ask(names[0])).headers.etag === etag) await sleep(20);
    });
    const pages = await longest(async () => {
      first = await all();
    });
    const of = (values) => ({ median: median(values), values });
    return [
      {
        figure: `each of ${count} cached pages of 55 files, one after the other`,
        unit: 'ms',
        baseline: 'cold',
        aims: { 'first after a policy edit': { most: 1 } },
        results: {
          cold: of(cold),
          'first after a policy edit': of(first),
          warm: of(warm),
          'slowest cold': of([cold.at(-1)]),
          'slowest first after an edit': of([first.at(-1)]),
        },
      },
      {
        figure: 'longest wait for /healthz meanwhile, asked every 2 ms',
        unit: 'ms',
        baseline: 'idle',
        results: {
          idle: of([idle]),
          'the edit is read and takes effect': of([edit]),
          'first request of every page': of([pages]),
        },
      },
    ];
  } finally {
    for (const server of [wheelgate, upstream]) await server.end();
  }
}
