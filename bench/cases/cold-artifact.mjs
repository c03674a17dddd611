// Cold artifacts with every check enabled, compared with the index itself and with a bare undici pass-through.
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { buildWheel, publish, wheelPath } from '../lib/index-folder.mjs';
import { alternate } from '../lib/measure.mjs';
import { proc, settledCpu, startScript, startWheelgate } from '../lib/processes.mjs';
import { pack } from '../lib/zip.mjs';

export const needs = [...proc];

/** Half of it is compressible, as in a real wheel. */
function megabytes(count) {
  const half = randomBytes(500_000);
  return Array.from({ length: count }, (_, index) => [
    `big/part${index}.bin`,
    pack(Buffer.concat([half, Buffer.alloc(500_000, `line ${index} `)]), 6),
  ]);
}

/** Number of artifacts that a process fetches before the measurement. */
const FIRST = 4;

/** Downloads an artifact. @returns its size in bytes */
async function sizeOf(server, name) {
  const response = await fetch(server.url + wheelPath(name));
  let got = 0;
  for await (const chunk of response.body) got += chunk.length;
  if (!response.ok) throw new Error(`${response.status} for ${name}`);
  return got;
}

function drained(response) {
  return response.arrayBuffer();
}

export async function run({ folder, rounds, short }) {
  const root = join(folder, 'index');
  const size = short ? 10 : 100;
  const many = Array.from({ length: 2_000 }, (_, index) => [
    `many/m${index}.py`,
    randomBytes(3_000),
  ]);
  // One project per download, so each is cold.
  const parts = megabytes(size);
  const bigWheel = (name) =>
    buildWheel(
      name,
      parts.map(([path, packed]) => [path.replace('big', name), packed]),
    );
  const figures = [];
  const cases = [
    {
      figure: `cold artifact of ${size} MB unpacked, index at 100 MB/s`,
      speed: 100e6,
      connections: 1,
      make: bigWheel,
      target: 0.97,
    },
    {
      figure: 'the same, six at a time at 20 MB/s each',
      speed: 20e6,
      connections: 6,
      make: bigWheel,
      target: 0.97,
    },
    {
      figure: 'cold artifact of 2,000 members and 6 MB, at 20 MB/s',
      speed: 20e6,
      connections: 1,
      make: (name) =>
        buildWheel(
          name,
          many.map(([path, bytes]) => [path.replace('many', name), bytes]),
        ),
      target: 0.95,
    },
    {
      figure: `cold artifact of ${size} MB unpacked, index unthrottled`,
      speed: 1e12,
      connections: 1,
      make: bigWheel,
      target: 0.45,
      baseline: 'pass-through',
      cpu: 'every check on',
    },
    {
      figure: 'the same without inflation',
      speed: 1e12,
      connections: 1,
      make: bigWheel,
      baseline: 'pass-through',
      settings: { more: { inspection: { inflate: 'needed' } } },
      cpu: 'without inflation',
    },
  ];
  const cpuAims = { 'every check on': { most: 10 }, 'without inflation': { most: 4 } };
  const cpuResults = {};
  for (const [number, one] of cases.entries()) {
    const caseRoot = join(root, String(number));
    const times = short ? 1 : Math.min(rounds, 5);
    // CPU time requires whole GBs, hence more downloads than a ratio.
    const alone = one.cpu === undefined || short ? 0 : 20;
    const count = times * one.connections;
    const named = (kind, many) => Array.from({ length: many }, (_, index) => `${kind}${index}`);
    const [first, names, more] = [named('first', FIRST), named('big', count), named('more', alone)];
    const stored = [...first, ...names, ...more].map((name) => {
      publish(caseRoot, name, [one.make(name)]);
      return name;
    });
    // Writes out the index's new files, which would otherwise compete with Wheelgate's writes.
    spawnSync('sync');
    const upstream = await startScript('throttled', caseRoot, one.speed);
    const passThrough = await startScript('pass-through', upstream.url);
    const wheelgate = await startWheelgate(
      join(folder, `gate${number}`),
      upstream.url,
      one.settings,
    );
    const taken = { direct: 0, 'pass-through': 0, wheelgate: 0 };
    const speed = (server, key) => async () => {
      const batch = names.slice(taken[key], taken[key] + one.connections);
      taken[key] += one.connections;
      const started = performance.now();
      const sizes = await Promise.all(batch.map((name) => sizeOf(server, name)));
      const total = sizes.reduce((sum, got) => sum + got, 0);
      return total / 1e6 / ((performance.now() - started) / 1000);
    };
    try {
      // A real client has read the page before, and a process compiles its code during its first artifacts.
      for (const name of stored) await fetch(`${wheelgate.url}/simple/${name}/`).then(drained);
      for (const server of [passThrough, wheelgate])
        for (const name of first) await sizeOf(server, name);
      const baseline = one.baseline ?? 'direct';
      const subjects = {
        [baseline]: speed(baseline === 'direct' ? upstream : passThrough, baseline),
        wheelgate: speed(wheelgate, 'wheelgate'),
      };
      const results = await alternate(subjects, times);
      figures.push({
        figure: one.figure,
        unit: 'MB/s',
        baseline,
        aims: one.target === undefined ? {} : { wheelgate: { least: one.target } },
        results,
      });
      if (alone === 0) continue;
      const before = await settledCpu(wheelgate.pid);
      let bytes = 0;
      for (const name of more) bytes += await sizeOf(wheelgate, name);
      const cpu = ((await settledCpu(wheelgate.pid)) - before) / (bytes / 1e9);
      cpuResults[one.cpu] = { median: cpu, values: [cpu] };
    } finally {
      for (const server of [wheelgate, passThrough, upstream]) await server.end();
    }
  }
  if (short) return figures;
  figures.push({
    figure: 'CPU for a GB of cold artifacts, 20 of 50 MB, index unthrottled',
    unit: 's',
    aims: cpuAims,
    results: cpuResults,
  });
  return figures;
}
