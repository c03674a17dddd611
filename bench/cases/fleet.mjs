// Replicas that share Redis and a store: the gain of a second one on warm pages, and the index's traffic for many
// clients of all replicas and one large cold wheel.
import { join } from 'node:path';
import { request } from 'undici';
import { fleetNeeds, startFleet } from '../lib/fleet.mjs';
import { fillers, publish, wheelPath } from '../lib/index-folder.mjs';
import { alternate, median, wrk } from '../lib/measure.mjs';
import { has, startScript, startWheelgate } from '../lib/processes.mjs';
import { publishFamily } from '../lib/wheel-family.mjs';

export const needs = [...fleetNeeds, ...['wrk'].filter((program) => !has(program))];

const ACCEPT = { accept: 'application/vnd.pypi.simple.v1+json', 'accept-encoding': 'gzip' };
const CONNECTIONS = 32;

export async function run({ folder, rounds, seconds, short, size }) {
  return [
    await warmPages(join(folder, 'pages'), rounds, seconds),
    ...(await coldWheel(join(folder, 'wheel'), short ? SHORT_LOAD : LOAD, size)),
  ];
}

async function warmPages(folder, rounds, seconds) {
  const root = join(folder, 'index');
  publish(root, 'demo', [], fillers('demo', 55));
  const upstream = await startScript('throttled', root, 1e9);
  const alone = await startWheelgate(join(folder, 'alone'), upstream.url);
  const fleet = await startFleet(join(folder, 'fleet'), upstream.url, 2);
  const load = (servers) => async () => {
    const connections = CONNECTIONS / servers.length;
    const all = servers.map(({ url }) =>
      wrk(`${url}/simple/demo/`, { connections, seconds, headers: ACCEPT }),
    );
    return (await Promise.all(all)).reduce((sum, { requests }) => sum + requests, 0);
  };
  try {
    for (const { url } of [alone, ...fleet.replicas])
      await fetch(`${url}/simple/demo/`, { headers: ACCEPT });
    return {
      figure: `warm page, packed, ${CONNECTIONS} connections`,
      unit: 'requests/s',
      baseline: 'alone',
      aims: { 'one of two replicas': { least: 0.95 } },
      results: await alternate(
        {
          alone: load([alone]),
          'one of two replicas': load(fleet.replicas.slice(0, 1)),
          'two replicas': load(fleet.replicas),
        },
        rounds,
      ),
    };
  } finally {
    await fleet.end();
    for (const server of [alone, upstream]) await server.end();
  }
}

/** Number of replicas, clients per replica, and bytes of the wheel. */
const LOAD = { replicas: 3, clients: 60, size: 300e6 };
const SHORT_LOAD = { replicas: 3, clients: 4, size: 20e6 };
/** The longest wait of a client for its first byte: a response is held for 5 s. */
const HOLD_TIME = 5_000;

async function coldWheel(folder, { replicas, clients, size: usual }, size = usual) {
  const root = join(folder, 'index');
  publishFamily(root, ['cold', 'first'], size);
  const index = await startScript('family', root);
  const fleet = await startFleet(folder, index.url, replicas, { cache: { disk: '2GiB' } });
  try {
    // A process compiles its code during its first artifact.
    for (const { url } of fleet.replicas) await timed(url + wheelPath('first'));
    const before = await sentBy(index);
    const started = performance.now();
    const all = fleet.replicas.flatMap(({ url }) =>
      Array.from({ length: clients }, () => timed(url + wheelPath('cold'))),
    );
    const answers = await Promise.all(all);
    const elapsed = performance.now() - started;
    const [{ bytes }] = answers;
    if (answers.some((answer) => answer.bytes !== bytes)) throw new Error('not all were whole');
    const first = answers.map(({ firstByte }) => firstByte).sort((a, b) => a - b);
    const name = `${replicas} replicas x ${clients} clients on one cold wheel of ${size / 1e6} MB`;
    const one = (value) => ({ median: value, values: [value] });
    return [
      {
        figure: `${name}: what the index sent`,
        unit: 'times the wheel',
        aims: { wheelgate: { most: 1 } },
        results: { wheelgate: one(((await sentBy(index)) - before) / bytes) },
      },
      {
        figure: `${name}: to the first byte`,
        unit: 'ms',
        aims: { 'the slowest in a hundred': { most: HOLD_TIME + 1_000 } },
        results: {
          'the middle one': one(median(first)),
          'the slowest in a hundred': one(first[Math.ceil(first.length * 0.99) - 1]),
        },
        note: `all had it whole after ${(elapsed / 1_000).toFixed(1)} s; ${await alone(fleet)} fetched it alone`,
      },
    ];
  } finally {
    await fleet.end();
    await index.end();
  }
}

/** How often a replica continued alone, because Redis or another replica was slow or did not respond. */
async function alone({ replicas }) {
  const texts = await Promise.all(
    replicas.map(({ url }) => fetch(`${url}/metrics`).then((answer) => answer.text())),
  );
  return texts
    .map((text) => Number(/^wheelgate_fills_total\{lease="none"\} (\d+)/m.exec(text)?.[1] ?? 0))
    .reduce((sum, one) => sum + one, 0);
}

async function sentBy(index) {
  return Number(await (await fetch(`${index.url}/sent`)).text());
}

/** @returns bytes, and milliseconds to the first one. @throws if the status is not 200 */
async function timed(url) {
  const started = performance.now();
  const answer = await request(url, { bodyTimeout: 0, headersTimeout: 0 });
  if (answer.statusCode !== 200) throw new Error(`${url} answered with ${answer.statusCode}`);
  let [bytes, firstByte] = [0, 0];
  for await (const chunk of answer.body) {
    if (bytes === 0) firstByte = performance.now() - started;
    bytes += chunk.length;
  }
  return { bytes, firstByte };
}
