// The thread of lib/probe.mjs. Its separate event loop keeps its measurements free of the bench's own delays.
import { Agent, get } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';

const { targets, interval } = workerData;
const WARM_UP = 200;
const agent = new Agent({ keepAlive: true });
const names = Object.keys(targets);
let times = Object.fromEntries(names.map((name) => [name, []]));
let recording = false;
const waiting = new Set();

function ask(name) {
  const asked = new Promise((resolve, reject) => {
    const started = performance.now();
    const into = recording ? times[name] : [];
    get(targets[name], { agent }, (res) => {
      res.resume();
      res.once('end', () => {
        if (res.statusCode !== 200) return reject(new Error(`${name} answered ${res.statusCode}`));
        into.push(performance.now() - started);
        resolve();
      });
    }).once('error', reject);
  }).finally(() => waiting.delete(asked));
  waiting.add(asked);
  return asked;
}

for (let count = 0; count < WARM_UP; count += 1) for (const name of names) await ask(name);
let timer;
parentPort.on('message', async (message) => {
  if (message === 'begin') {
    recording = true;
    timer = setInterval(() => {
      for (const name of names) void ask(name);
    }, interval);
    return;
  }
  clearInterval(timer);
  await Promise.all(waiting);
  parentPort.postMessage(times);
  times = {};
});
parentPort.postMessage('ready');
