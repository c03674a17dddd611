// `npm run chaos -- [--minutes N] [--requests N] [--clients N] [--workers N] [--seed N]`: the long form of
// test/chaos/chaos.test.ts; with `--replicas N`, that of fleet.test.ts there. Exit code 1 after any error.
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '0' },
    requests: { type: 'string', default: '5000' },
    clients: { type: 'string', default: '12' },
    workers: { type: 'string', default: '1' },
    replicas: { type: 'string', default: '0' },
    rounds: { type: 'string', default: '8' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 32) },
  },
});
const seed = Number(values.seed);
console.log(`seed ${seed}`);
const common = {
  seed,
  clients: Number(values.clients),
  least: Number(values.minutes) * 60_000,
  onProgress: (text) => console.error(text),
};
const report = await (Number(values.replicas) > 0 ? overReplicas() : onOneMachine());

async function onOneMachine() {
  const { runChaos } = await import('../build/test/chaos/run.js');
  return runChaos({
    ...common,
    requests: Number(values.requests),
    workers: Number(values.workers),
    faultEvery: 5,
    // Intervals without a common rhythm, because an edit in the middle of a process's life differs from one at its end.
    editEvery: 70,
    killEvery: 230,
    hangEvery: 100,
  });
}

async function overReplicas() {
  const { runFleetChaos } = await import('../build/test/chaos/fleet-run.js');
  return runFleetChaos({
    ...common,
    replicas: Number(values.replicas),
    rounds: Number(values.rounds),
    requests: 200,
    troubles: 4,
  });
}

const { wrong, ...figures } = report;
console.log(JSON.stringify(figures, null, 2));
console.log(wrong.length === 0 ? 'nothing was wrong' : `${wrong.length} wrong`);
process.exitCode = wrong.length === 0 ? 0 : 1;
