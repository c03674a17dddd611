// Runs one case, in the process that `run.mjs` starts for it, and returns its figures.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const [name, ...options] = process.argv.slice(2);
const short = options.includes('--short');
const megabytes = options.find((option) => option.startsWith('--megabytes='))?.split('=')[1];
const size = megabytes === undefined ? undefined : Number(megabytes) * 1e6;
const { run } = await import(`./cases/${name}.mjs`);
const folder = mkdtempSync(join(tmpdir(), `wheelgate-bench-${name}-`));
let answer;
try {
  answer = {
    figures: await run({ folder, rounds: short ? 1 : 5, seconds: short ? 1 : 2, short, size }),
  };
} catch (error) {
  answer = { figures: [], error: error.stack };
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.send(answer, () => process.disconnect());
