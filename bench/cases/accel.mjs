// Warm artifacts that a front nginx sends (X-Accel-Redirect, the shipped configuration), compared with the same nginx
// on the files alone. Wheelgate still does the verdict, decision log and metrics of each request.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildWheel, publish } from '../lib/index-folder.mjs';
import { alternate, wrk } from '../lib/measure.mjs';
import { has, startNginx, startScript, startWheelgate } from '../lib/processes.mjs';

export const needs = ['wrk', 'nginx'].filter((program) => !has(program));

export async function run({ folder, rounds, seconds }) {
  const root = join(folder, 'index');
  const wheels = { large: 100e6, medium: 10e6 };
  for (const [name, size] of Object.entries(wheels))
    publish(root, name, [buildWheel(name, [[`${name}/data.bin`, randomBytes(size)]])]);
  const upstream = await startScript('throttled', root, 1e9);
  const gate = join(folder, 'gate');
  const wheelgate = await startWheelgate(gate, upstream.url, {
    more: { 'trusted-proxies': ['127.0.0.1'], serve: { accel: 'x-accel-redirect' } },
  });
  const nginx = await startNginx(join(folder, 'nginx'), root);
  const front = await startNginx(join(folder, 'front'), root, {
    site: readFileSync('deploy/nginx/wheelgate.conf', 'utf8')
      .replace('server 127.0.0.1:8080;', `server ${new URL(wheelgate.url).host};`)
      .replace('/var/lib/wheelgate/blobs/', `${gate}/data/blobs/`),
  });
  const path = (name) => `/files/${name}/${name}-1.0-py3-none-any.whl`;
  try {
    const figures = [];
    for (const [name, connections, aims] of [
      ['large', 4, { accel: { least: 0.95 } }],
      ['medium', 16, {}],
    ]) {
      await fetch(wheelgate.url + path(name)).then((response) => response.arrayBuffer());
      const load = (server) => async () =>
        (await wrk(server.url + path(name), { connections, seconds })).bytes / 1e6;
      figures.push({
        figure: `warm artifact of ${wheels[name] / 1e6} MB through nginx, ${connections} connections`,
        unit: 'MB/s',
        baseline: 'nginx',
        aims,
        results: await alternate({ nginx: load(nginx), accel: load(front) }, rounds),
      });
    }
    return figures;
  } finally {
    for (const server of [front, nginx, wheelgate, upstream]) await server.end();
  }
}
