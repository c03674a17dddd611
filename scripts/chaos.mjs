// `npm run chaos -- [--minutes N] [--requests N] [--clients N] [--workers N] [--seed N]`: a long run of what
// test/chaos/chaos.test.ts does in short. Exit code 1 where anything was wrong.
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '0' },
    requests: { type: 'string', default: '5000' },
    clients: { type: 'string', default: '12' },
    workers: { type: 'string', default: '1' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 32) },
  },
});
const { runChaos } = await import('../build/test/chaos/run.js');
const seed = Number(values.seed);
console.log(`seed ${seed}`);
const report = await runChaos({
  seed,
  clients: Number(values.clients),
  requests: Number(values.requests),
  least: Number(values.minutes) * 60_000,
  workers: Number(values.workers),
  faultEvery: 5,
  // Of lengths that do not go together: an edit in the middle of a life is another thing than one at its end.
  editEvery: 70,
  killEvery: 230,
  hangEvery: 100,
  onProgress: (text) => console.error(text),
});
const { wrong, ...figures } = report;
console.log(JSON.stringify(figures, null, 2));
console.log(wrong.length === 0 ? 'nothing was wrong' : `${wrong.length} wrong`);
process.exitCode = wrong.length === 0 ? 0 : 1;
