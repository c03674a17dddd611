// Costs that must not grow with the amount of data: the start, and a request, with many cached artifacts and many
// policy entries.

import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { leaveArtifacts } from '../lib/cached-artifacts.mjs';
import { download } from '../lib/download.mjs';
import { buildWheel, fillers, publish, wheelPath } from '../lib/index-folder.mjs';
import { alternate, wrk } from '../lib/measure.mjs';
import { memoryFolder } from '../lib/memory-folder.mjs';
import { has, proc, settledCpu, startScript, startWheelgate } from '../lib/processes.mjs';

export const needs = [...['wrk'].filter((program) => !has(program)), ...proc];

const PAGE = '/simple/demo/';

export async function run({ folder, rounds, short }) {
  const artifacts = short ? 2_000 : 100_000;
  const entries = short ? 500 : 10_000;
  const times = short ? 1 : Math.min(rounds, 3);
  const root = join(folder, 'index');
  publish(root, 'demo', [], fillers('demo', 55));
  publish(root, 'tool', [buildWheel('tool', [['tool/data.bin', randomBytes(100_000)]])]);
  const upstream = await startScript('throttled', root, 1e9);
  const scratch = memoryFolder(2e9) ?? join(folder, 'gates');
  const gate = (name) => join(scratch, name);
  await leaveArtifacts(join(gate('full'), 'data'), artifacts);
  const policies = join(folder, 'policies');
  denyMany(policies, entries);
  const servers = [upstream];
  const serve = async (name, more) => {
    const server = await startWheelgate(gate(name), upstream.url, { more });
    servers.push(server);
    return server;
  };
  try {
    const startOf = (name) => async () => {
      const server = await serve(name);
      await server.end('SIGKILL');
      return server.startedIn;
    };
    const full = `with ${artifacts} cached artifacts`;
    const denying = `with ${entries} deny entries`;
    const starts = await alternate({ empty: startOf('empty'), [full]: startOf('full') }, times);
    const gates = {
      bare: await serve('empty'),
      [full]: await serve('full'),
      [denying]: await serve('denying', { policies }),
    };
    const warm = async (what, path, bound) => {
      for (const server of Object.values(gates)) {
        await download(server.url + path);
        // After a start, the disk cache is scanned in the background, which is not measured.
        await settledCpu(server.pid);
      }
      const loads = Object.entries(gates).map(([name, server]) => [
        name,
        async () =>
          (await wrk(server.url + path, { connections: 32, seconds: short ? 1 : 2 })).requests,
      ]);
      return {
        figure: what,
        unit: 'requests/s',
        baseline: 'bare',
        aims: { [full]: bound, [denying]: bound },
        results: await alternate(Object.fromEntries(loads), times),
      };
    };
    // Near 1: the cost of a linear step would be far below.
    const bound = { least: 0.9 };
    return [
      {
        figure: 'from start to ready',
        unit: 'ms',
        baseline: 'empty',
        aims: { [full]: { most: 1_000, absolute: true } },
        results: starts,
      },
      await warm('warm page of 20 KB, 32 connections', PAGE, bound),
      await warm('warm artifact of 100 KB, 32 connections', wheelPath('tool'), bound),
    ];
  } finally {
    for (const server of servers) await server.end('SIGKILL');
    rmSync(scratch, { recursive: true, force: true });
  }
}

function denyMany(folder, count) {
  mkdirSync(folder, { recursive: true });
  const deny = Array.from({ length: count }, (_, index) => ({
    project: `denied-${index}`,
    versions: `==1.${index}`,
    reason: 'made up for a measure',
  }));
  writeFileSync(join(folder, 'deny.yaml'), JSON.stringify({ deny }));
}
