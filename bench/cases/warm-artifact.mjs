// Warm artifacts: 100 MB on 4 connections, 1 MB on 32; metrics and decision log included.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { buildWheel, publish } from '../lib/index-folder.mjs';
import { alternate, wrk } from '../lib/measure.mjs';
import { has, startNginx, startScript, startWheelgate } from '../lib/processes.mjs';

export const needs = ['wrk', 'nginx'].filter((program) => !has(program));

export async function run({ folder, rounds, seconds }) {
  const root = join(folder, 'index');
  const wheels = { large: 100e6, small: 1e6 };
  for (const [name, size] of Object.entries(wheels))
    publish(root, name, [buildWheel(name, [[`${name}/data.bin`, randomBytes(size)]])]);
  const upstream = await startScript('throttled', root, 1e9);
  const wheelgate = await startWheelgate(join(folder, 'gate'), upstream.url);
  const nginx = await startNginx(join(folder, 'nginx'), root);
  const path = (name) => `/files/${name}/${name}-1.0-py3-none-any.whl`;
  try {
    const figures = [];
    for (const [name, connections, target] of [
      ['large', 4, 0.65],
      ['small', 32, 0.45],
    ]) {
      await fetch(wheelgate.url + path(name)).then((response) => response.arrayBuffer());
      const load = (server) => async () =>
        (await wrk(server.url + path(name), { connections, seconds })).bytes / 1e6;
      figures.push({
        figure: `warm artifact of ${wheels[name] / 1e6} MB, ${connections} connections`,
        unit: 'MB/s',
        baseline: 'nginx',
        aims: { wheelgate: { least: target } },
        results: await alternate({ nginx: load(nginx), wheelgate: load(wheelgate) }, rounds),
      });
    }
    return figures;
  } finally {
    for (const server of [wheelgate, nginx, upstream]) await server.end();
  }
}
