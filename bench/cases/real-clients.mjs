// pip and uv install a tree of real packages, warm, without client caches; nginx has the same pages and files.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { findPip, findUv, install, publishTree, wheelsOfTree } from '../lib/clients.mjs';
import { alternate } from '../lib/measure.mjs';
import { memoryFolder } from '../lib/memory-folder.mjs';
import { has, startNginx, startWheelgate } from '../lib/processes.mjs';

const clients = { pip: await findPip(), uv: findUv() };
const wheels = clients.pip && (await wheelsOfTree(clients.pip).catch(() => undefined));

export const needs = [
  ...['nginx'].filter((program) => !has(program)),
  ...Object.keys(clients).filter((name) => clients[name] === undefined),
  ...(wheels === undefined ? ['the wheels, which an index that can be reached would have'] : []),
];

export async function run({ folder, rounds, short }) {
  const root = join(folder, 'index');
  const count = await publishTree(root, wheels);
  const nginx = await startNginx(join(folder, 'nginx'), root);
  const wheelgate = await startWheelgate(join(folder, 'gate'), nginx.url);
  const scratch = memoryFolder(1e9) ?? join(folder, 'scratch');
  try {
    const figures = [];
    const installer = (client, server) => async () => {
      rmSync(scratch, { recursive: true, force: true });
      mkdirSync(scratch);
      return install(client, clients[client], `${server.url}/simple/`, scratch);
    };
    for (const server of [nginx, wheelgate]) await installer('uv', server)();
    for (const client of Object.keys(clients)) {
      const subjects = {
        nginx: installer(client, nginx),
        wheelgate: installer(client, wheelgate),
      };
      figures.push({
        figure: `${client} install of ${count} packages, warm`,
        unit: 's',
        baseline: 'nginx',
        results: await alternate(subjects, short ? 1 : Math.min(rounds, client === 'pip' ? 3 : 5)),
      });
    }
    return figures;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
    for (const server of [wheelgate, nginx]) await server.end();
  }
}
