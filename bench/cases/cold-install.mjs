// pip and uv install a tree of real packages through a cold proxy: wall time compared with the index itself, and the
// proxy's CPU time. Each measurement has a separate server, which is started, with an empty cache.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { findPip, findUv, install, publishTree, wheelsOfTree } from '../lib/clients.mjs';
import { alternate, median } from '../lib/measure.mjs';
import { memoryFolder } from '../lib/memory-folder.mjs';
import { publishOthers, takeOthers } from '../lib/other-packages.mjs';
import { peers } from '../lib/peers.mjs';
import {
  cpuSecondsOfAll,
  has,
  proc,
  settledCpu,
  startNginx,
  startWheelgate,
} from '../lib/processes.mjs';

const clients = { uv: findUv(), pip: await findPip() };
const wheels = clients.pip && (await wheelsOfTree(clients.pip).catch(() => undefined));

export const needs = [
  ...proc,
  ...['nginx'].filter((program) => !has(program)),
  ...Object.keys(clients).filter((name) => clients[name] === undefined),
  ...(wheels === undefined ? ['the wheels, which an index that can be reached would have'] : []),
];

const WALL_AIMS = { uv: 1.5, pip: 1.2 };
const CPU_AIM = 0.5;
/** The same with files that are probed before their pages list them. */
const PROBED = 'wheelgate, uploads of yesterday';
/** The same through a server that has delivered other packages before. */
const IN_SERVICE = 'wheelgate, in service';

const proxies = {
  wheelgate: async (folder, index) => {
    const server = await startWheelgate(folder, index);
    return { ...server, simple: `${server.url}/simple/` };
  },
  ...peers,
};

export async function run({ folder, rounds, short }) {
  const root = join(folder, 'index');
  const count = await publishTree(root, wheels);
  const others = publishOthers(root, short ? 10 : 300);
  const index = await startNginx(join(folder, 'nginx'), root);
  // All files were uploaded yesterday, so each page has its files probed.
  const youngRoot = join(folder, 'young-index');
  const yesterday = new Date(Date.now() - 86_400_000).toISOString();
  await publishTree(youngRoot, wheels, { 'upload-time': yesterday });
  const young = await startNginx(join(folder, 'young-nginx'), youngRoot);
  const scratch = memoryFolder(1e9) ?? join(folder, 'scratch');
  let started = 0;
  const installFrom = (client, simple) => {
    rmSync(scratch, { recursive: true, force: true });
    mkdirSync(scratch);
    return install(client, clients[client], simple, scratch);
  };
  /** devpi is never entirely idle. */
  const cpuOf = ({ pid }) => settledCpu(pid, cpuSecondsOfAll, 2_000);
  const startInService = async (own, from) => {
    const server = await proxies.wheelgate(own, from);
    await takeOthers(server.simple, others);
    return server;
  };
  /** @returns seconds; the proxy's CPU time is added to `used` */
  const through =
    (client, start, used, from = index) =>
    async () => {
      started += 1;
      const own = join(folder, `proxy${started}`);
      const server = await start(own, from.url);
      try {
        const before = await cpuOf(server);
        const seconds = await installFrom(client, server.simple);
        used.push((await cpuOf(server)) - before);
        return seconds;
      } finally {
        await server.end();
        rmSync(own, { recursive: true, force: true });
      }
    };
  try {
    const figures = [];
    for (const client of Object.keys(clients)) {
      const used = Object.fromEntries(
        [...Object.keys(proxies), IN_SERVICE, PROBED].map((name) => [name, []]),
      );
      const direct = () => installFrom(client, `${index.url}/simple/`);
      await direct();
      const subjects = { index: direct };
      for (const [name, start] of Object.entries(proxies))
        subjects[name] = through(client, start, used[name]);
      subjects[IN_SERVICE] = through(client, startInService, used[IN_SERVICE]);
      subjects[PROBED] = through(client, proxies.wheelgate, used[PROBED], young);
      figures.push({
        figure: `${client} install of ${count} packages, nothing cached`,
        unit: 's',
        baseline: 'index',
        aims: {
          wheelgate: { most: WALL_AIMS[client] },
          [IN_SERVICE]: { most: WALL_AIMS[client] },
          [PROBED]: { most: WALL_AIMS[client] },
        },
        results: await alternate(subjects, short ? 1 : rounds),
      });
      figures.push({
        figure: `processors for the ${client} install, nothing cached`,
        unit: 's',
        aims: { wheelgate: { most: CPU_AIM }, [IN_SERVICE]: { most: CPU_AIM } },
        results: Object.fromEntries(
          Object.entries(used).map(([name, values]) => [name, { median: median(values), values }]),
        ),
      });
    }
    return figures;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
    await index.end();
    await young.end();
  }
}
