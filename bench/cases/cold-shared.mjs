// Many concurrent clients for one large cold wheel: one transfer and one inspection for all.
import { join } from 'node:path';
import { download } from '../lib/download.mjs';
import { wheelPath } from '../lib/index-folder.mjs';
import { alternate } from '../lib/measure.mjs';
import { peers } from '../lib/peers.mjs';
import { has, startScript, startWheelgate } from '../lib/processes.mjs';
import { publishFamily } from '../lib/wheel-family.mjs';

export const needs = ['nginx'].filter((program) => !has(program));

const CLIENTS = 20;
const BASELINE = 'nginx as a cache';

export async function run({ folder, rounds, short }) {
  const size = short ? 10e6 : 100e6;
  const times = short ? 1 : Math.min(rounds, 5);
  const named = (kind) => Array.from({ length: times }, (_, index) => `${kind}${index}`);
  const names = { index: named('direct'), [BASELINE]: named('nginx'), wheelgate: named('gate') };
  const root = join(folder, 'index');
  publishFamily(root, [...Object.values(names).flat(), 'first'], size);
  const index = await startScript('family', root);
  const cache = await peers[BASELINE](join(folder, 'nginx'), index.url);
  const wheelgate = await startWheelgate(join(folder, 'gate'), index.url);
  const seconds = (server, name) => async () => {
    const path = wheelPath(names[name].pop());
    const started = performance.now();
    await Promise.all(Array.from({ length: CLIENTS }, () => download(server.url + path)));
    return (performance.now() - started) / 1_000;
  };
  try {
    // A process compiles its code during its first artifact.
    for (const server of [cache, wheelgate]) await download(server.url + wheelPath('first'));
    for (const project of names.wheelgate) await download(`${wheelgate.url}/simple/${project}/`);
    return [
      {
        figure: `${CLIENTS} clients on one cold wheel of ${size / 1e6} MB`,
        unit: 's',
        baseline: BASELINE,
        aims: { wheelgate: { most: 2 } },
        results: await alternate(
          {
            [BASELINE]: seconds(cache, BASELINE),
            wheelgate: seconds(wheelgate, 'wheelgate'),
            index: seconds(index, 'index'),
          },
          times,
        ),
      },
    ];
  } finally {
    for (const server of [wheelgate, cache, index]) await server.end();
  }
}
