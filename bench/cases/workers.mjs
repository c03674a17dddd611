// The gain of a second worker on warm pages, compared with the gain of a second process for a bare server: with few
// cores, the load generator also uses them.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fillers, publish } from '../lib/index-folder.mjs';
import { alternate, wrk } from '../lib/measure.mjs';
import { has, startScript, startWheelgate } from '../lib/processes.mjs';

const ACCEPT = { accept: 'application/vnd.pypi.simple.v1+json' };

export const needs = ['wrk'].filter((program) => !has(program));

export async function run({ folder, rounds, seconds }) {
  const root = join(folder, 'index');
  publish(root, 'demo', [], fillers('demo', 55));
  const upstream = await startScript('throttled', root, 1e9);
  const gate = (workers) =>
    startWheelgate(join(folder, `gate${workers}`), upstream.url, { more: { serve: { workers } } });
  const [one, two] = [await gate(1), await gate(2)];
  const page = await fetch(`${one.url}/simple/demo/`, { headers: ACCEPT });
  writeFileSync(join(root, 'page.json'), Buffer.from(await page.arrayBuffer()));
  const bare = (workers) => startScript('bare', join(root, 'page.json'), workers);
  const [bareOne, bareTwo] = [await bare(1), await bare(2)];
  const load = (url) => async () => {
    const headers = { ...ACCEPT, 'accept-encoding': 'gzip' };
    return (await wrk(url, { connections: 32, seconds, headers })).requests;
  };
  try {
    const results = {
      'node:http': load(bareOne.url),
      'node:http, 2 processes': load(bareTwo.url),
      wheelgate: load(`${one.url}/simple/demo/`),
      'wheelgate, 2 workers': load(`${two.url}/simple/demo/`),
    };
    return [
      {
        figure: 'warm page, packed, 32 connections',
        unit: 'requests/s',
        baseline: 'wheelgate',
        results: await alternate(results, rounds),
      },
    ];
  } finally {
    for (const server of [one, two, bareOne, bareTwo, upstream]) await server.end();
  }
}
