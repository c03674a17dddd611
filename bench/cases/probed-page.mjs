// The first request of each page of a tree, with probed files and with files that are too old for it: the cost of early
// verdicts for the first client.
import { join } from 'node:path';
import { findPip, projectOf, publishTree, wheelsOfTree } from '../lib/clients.mjs';
import { download } from '../lib/download.mjs';
import { alternate, median } from '../lib/measure.mjs';
import { has, proc, startNginx, startWheelgate } from '../lib/processes.mjs';

const pip = await findPip();
const wheels = pip && (await wheelsOfTree(pip).catch(() => undefined));

export const needs = [
  ...proc,
  ...['nginx'].filter((program) => !has(program)),
  ...(wheels === undefined ? ['the wheels, which an index that can be reached would have'] : []),
];

const HEADERS = { accept: 'application/vnd.pypi.simple.v1+json', 'accept-encoding': 'gzip' };
/**
 * The longest additional wait of a page because of its probes: `probe.wait`, and the time to notice. In milliseconds.
 */
const MOST_EXTRA = 350;
const YESTERDAY = new Date(Date.now() - 86_400_000).toISOString();
const VARIANTS = { 'too old for probes': {}, probed: { 'upload-time': YESTERDAY } };

export async function run({ folder, rounds, short }) {
  const indexes = {};
  const times = {};
  for (const [variant, more] of Object.entries(VARIANTS)) {
    const root = join(folder, `index of ${variant}`.replaceAll(' ', '-'));
    await publishTree(root, wheels, more);
    indexes[variant] = await startNginx(`${root}-nginx`, root);
    times[variant] = [];
  }
  const names = [...new Set(wheels.map(projectOf))];
  let started = 0;
  const firstPages = (variant) => async () => {
    const own = join(folder, `gate${started++}`);
    const wheelgate = await startWheelgate(own, indexes[variant].url);
    try {
      const found = [];
      for (const name of names)
        found.push((await download(`${wheelgate.url}/simple/${name}/`, HEADERS)).milliseconds);
      times[variant].push(...found);
      return median(found);
    } finally {
      await wheelgate.end();
    }
  };
  try {
    const results = await alternate(
      Object.fromEntries(Object.keys(VARIANTS).map((name) => [name, firstPages(name)])),
      short ? 1 : rounds,
    );
    const late = Object.fromEntries(
      Object.entries(times).map(([name, values]) => {
        const p99 = values.sort((a, b) => a - b)[Math.floor(values.length * 0.99)];
        return [name, { median: p99, values: [p99] }];
      }),
    );
    const [old, probed] = Object.keys(VARIANTS).map((name) => late[name].median);
    return [
      {
        figure: `first request of each of ${names.length} pages, one after the other: median`,
        unit: 'ms',
        baseline: 'too old for probes',
        results,
      },
      {
        figure: 'the same: p99',
        unit: 'ms',
        baseline: 'too old for probes',
        results: late,
      },
      {
        figure: 'what the p99 of probed pages is longer',
        unit: 'ms',
        aims: { wheelgate: { most: MOST_EXTRA } },
        results: { wheelgate: { median: probed - old, values: [probed - old] } },
      },
    ];
  } finally {
    for (const index of Object.values(indexes)) await index.end();
  }
}
