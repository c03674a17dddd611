// Warm artifacts: 100 MB on 4 connections, 1 MB on 32, including metrics and the decision log. Also the CPU time per GB
// of the large one, most of which is the kernel's.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { buildWheel, publish } from '../lib/index-folder.mjs';
import { alternate, median, wrk } from '../lib/measure.mjs';
import {
  cpuSecondsOfAll,
  has,
  proc,
  settledCpu,
  startNginx,
  startScript,
  startWheelgate,
} from '../lib/processes.mjs';

export const needs = [...proc, ...['wrk', 'nginx'].filter((program) => !has(program))];

const CPU_AIM = 0.25;

export async function run({ folder, rounds, seconds }) {
  const root = join(folder, 'index');
  const wheels = { large: 100e6, small: 1e6 };
  for (const [name, size] of Object.entries(wheels))
    publish(root, name, [buildWheel(name, [[`${name}/data.bin`, randomBytes(size)]])]);
  const upstream = await startScript('throttled', root, 1e9);
  const wheelgate = await startWheelgate(join(folder, 'gate'), upstream.url);
  const nginx = await startNginx(join(folder, 'nginx'), root);
  const cpuOf = ({ pid }) => settledCpu(pid, cpuSecondsOfAll, 2_000);
  const path = (name) => `/files/${name}/${name}-1.0-py3-none-any.whl`;
  try {
    const figures = [];
    for (const [name, connections, target] of [
      ['large', 4, 0.65],
      ['small', 32, 0.45],
    ]) {
      await fetch(wheelgate.url + path(name)).then((response) => response.arrayBuffer());
      const used = { nginx: [], wheelgate: [] };
      const load = (server, of) => async () => {
        const before = await cpuOf(server);
        const { bytes } = await wrk(server.url + path(name), { connections, seconds });
        of.push(((await cpuOf(server)) - before) / ((bytes * seconds) / 1e9));
        return bytes / 1e6;
      };
      figures.push({
        figure: `warm artifact of ${wheels[name] / 1e6} MB, ${connections} connections`,
        unit: 'MB/s',
        baseline: 'nginx',
        aims: { wheelgate: { least: target } },
        results: await alternate(
          { nginx: load(nginx, used.nginx), wheelgate: load(wheelgate, used.wheelgate) },
          rounds,
        ),
      });
      if (name === 'large')
        figures.push({
          figure: 'processors for a GB of it',
          unit: 's',
          aims: { wheelgate: { most: CPU_AIM } },
          results: Object.fromEntries(
            Object.entries(used).map(([server, values]) => [
              server,
              { median: median(values), values },
            ]),
          ),
        });
    }
    return figures;
  } finally {
    for (const server of [wheelgate, nginx, upstream]) await server.end();
  }
}
