// Runs the compiled tests with node's own runner. Node 20 does not support globs, so the files are listed here.
// Arguments narrow the run: `npm test -- policy gate` runs the files whose path contains one of the words.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';

const words = process.argv.slice(2);
const files = readdirSync('build/test', { recursive: true })
  .map((name) => `build/test/${name.replaceAll('\\', '/')}`)
  .filter((name) => name.endsWith('.test.js'))
  .filter((name) => words.length === 0 || words.some((word) => name.includes(word)))
  .sort();
if (files.length === 0) {
  console.error(`no test file matches: ${words.join(' ')}`);
  process.exit(2);
}
const run = spawnSync(
  process.execPath,
  [
    '--enable-source-maps',
    '--test',
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    '--test-reporter=./scripts/skipped.mjs',
    '--test-reporter-destination=stdout',
    '--test-concurrency=2',
    // A test that hangs fails, and the others continue.
    '--test-timeout=300000',
    ...files,
  ],
  { stdio: 'inherit' },
);
process.exit(run.status ?? 1);
