// Warm project pages of 20 KB on 32 connections: with negotiation, encoding, policy and metrics.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fillers, publish } from '../lib/index-folder.mjs';
import { alternate, wrk } from '../lib/measure.mjs';
import { has, startNginx, startScript, startWheelgate } from '../lib/processes.mjs';

const JSON_TYPE = 'application/vnd.pypi.simple.v1+json';

export const needs = ['wrk', 'nginx'].filter((program) => !has(program));

export async function run({ folder, rounds, seconds }) {
  const root = join(folder, 'index');
  publish(root, 'demo', [], fillers('demo', 55));
  const upstream = await startScript('throttled', root, 1e9);
  const wheelgate = await startWheelgate(join(folder, 'gate'), upstream.url);
  const headers = { accept: JSON_TYPE };
  const page = `${wheelgate.url}/simple/demo/`;
  const first = await fetch(page, { headers: { ...headers, 'accept-encoding': 'identity' } });
  const body = Buffer.from(await first.arrayBuffer());
  const etag = first.headers.get('etag');
  writeFileSync(join(root, 'page.json'), body);
  const bare = await startScript('bare', join(root, 'page.json'));
  const nginx = await startNginx(join(folder, 'nginx'), root);
  const load =
    (url, more = {}) =>
    async () =>
      (await wrk(url, { connections: 32, seconds, headers: { ...headers, ...more } })).requests;
  try {
    const whole = await alternate(
      {
        'node:http': load(bare.url),
        nginx: load(`${nginx.url}/page.json`),
        wheelgate: load(page),
        'wheelgate, HTML': load(page, { accept: 'text/html' }),
      },
      rounds,
    );
    const unchanged = await alternate(
      {
        'node:http, whole page': load(bare.url),
        'node:http, its own 304': load(bare.url, { 'if-none-match': '"x"' }),
        wheelgate: load(page, { 'if-none-match': etag }),
      },
      rounds,
    );
    return [
      {
        figure: `warm page of ${body.length} bytes, 32 connections`,
        unit: 'requests/s',
        baseline: 'node:http',
        aims: { wheelgate: { least: 0.9 } },
        results: whole,
      },
      {
        figure: 'the same page, unchanged: 304',
        unit: 'requests/s',
        baseline: 'node:http, whole page',
        aims: { wheelgate: { least: 1 } },
        results: unchanged,
      },
    ];
  } finally {
    for (const server of [wheelgate, bare, nginx, upstream]) await server.end();
  }
}
