// `npm run bench` runs every case; `npm run bench -- NAME…` some; `--short` only sees that they work.
// A figure is a ratio against a baseline that was measured alternately with it in the same run, wherever it has one.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
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
  const { run, needs } = await import(`./cases/${name}.mjs`);
  if (needs.length > 0) {
    console.log(`${name}: left out, for want of ${needs.join(' and ')}`);
    failed ||= process.env.WHEELGATE_TEST_REQUIRE === 'all';
    continue;
  }
  const folder = mkdtempSync(join(tmpdir(), `wheelgate-bench-${name}-`));
  const started = performance.now();
  try {
    for (const figure of await run({
      folder,
      rounds: short ? 1 : 5,
      seconds: short ? 1 : 2,
      short,
    })) {
      report.figures.push({ case: name, ...figure });
      print(figure);
    }
  } catch (error) {
    console.log(`\n${name}: failed: ${error.stack}`);
    failed = true;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  report.seconds[name] = Math.round((performance.now() - started) / 1_000);
}
mkdirSync('build', { recursive: true });
writeFileSync('build/bench.json', `${JSON.stringify(report, null, 2)}\n`);
console.log('\nwritten to build/bench.json');
process.exitCode = failed ? 1 : 0;
