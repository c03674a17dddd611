// `npm run bench` runs every case; `npm run bench -- NAME…` some of them; `--short` only checks that they work.
// `--megabytes=N` sets the size of the large wheel, if a case has one (fleet). If possible, a figure is a ratio to a
// baseline that was measured alternately with it in the same run.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { resolve } from 'node:path';
import { print } from './lib/table.mjs';

const args = process.argv.slice(2);
const short = args.includes('--short');
const wanted = args.filter((arg) => !arg.startsWith('--'));
const cases = readdirSync(resolve('bench/cases'))
  .map((name) => name.replace('.mjs', ''))
  .sort();
const unknown = wanted.filter((name) => !cases.includes(name));
if (unknown.length > 0) {
  console.error(`no such case: ${unknown.join(', ')}; there are ${cases.join(', ')}`);
  process.exit(2);
}

/** Runs a case in a separate process, so memory left by the previous case does not slow down its clients. */
async function runCase(name) {
  const options = args.filter((arg) => arg.startsWith('--'));
  const child = fork(resolve('bench/run-case.mjs'), [name, ...options]);
  let result = { figures: [], error: 'it ended without a word' };
  child.once('message', (message) => {
    result = message;
  });
  await once(child, 'close');
  return result;
}

const report = {
  time: new Date().toISOString(),
  node: process.version,
  cores: cpus().length,
  cpu: cpus()[0].model,
  short,
  seconds: {},
  figures: [],
};
let failed = false;
for (const name of cases.filter((name) => wanted.length === 0 || wanted.includes(name))) {
  const { needs } = await import(`./cases/${name}.mjs`);
  if (needs.length > 0) {
    console.log(`${name}: left out, for want of ${needs.join(' and ')}`);
    failed ||= process.env.WHEELGATE_TEST_REQUIRE === 'all';
    continue;
  }
  const started = performance.now();
  const { figures, error } = await runCase(name);
  for (const figure of figures) {
    report.figures.push({ case: name, ...figure });
    print(figure);
  }
  if (error !== undefined) {
    console.log(`\n${name}: failed: ${error}`);
    failed = true;
  }
  report.seconds[name] = Math.round((performance.now() - started) / 1_000);
}
mkdirSync('build', { recursive: true });
writeFileSync('build/bench.json', `${JSON.stringify(report, null, 2)}\n`);
console.log('\nwritten to build/bench.json');
process.exitCode = failed ? 1 : 0;
