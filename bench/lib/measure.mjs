// Runs a subject and its baseline alternately, so other load on the machine affects both.
import { spawn } from 'node:child_process';

/** @returns the median */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Measures several subjects alternately.
 * @param subjects `{ name: async () => number }`, the baseline first
 * @returns `{ name: { median, values } }`
 */
export async function alternate(subjects, rounds) {
  const found = Object.fromEntries(Object.keys(subjects).map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1)
    for (const [name, run] of Object.entries(subjects)) found[name].push(await run());
  return Object.fromEntries(
    Object.entries(found).map(([name, values]) => [name, { median: median(values), values }]),
  );
}

/** Load from wrk for some seconds: requests and bytes per second, and the 99th percentile in milliseconds. */
export async function wrk(url, { connections, seconds, headers = {} }) {
  const args = ['-t', '1', '-c', String(connections), '-d', `${seconds}s`, '--latency'];
  for (const [name, value] of Object.entries(headers)) args.push('-H', `${name}: ${value}`);
  const out = await output('wrk', [...args, url]);
  const bad = /Non-2xx or 3xx responses: (\d+)/.exec(out);
  if (bad !== null) throw new Error(`${url}: ${bad[1]} answers were errors`);
  // An interrupted response would count with its received bytes.
  const broken = /Socket errors: .*/.exec(out);
  if (broken !== null) throw new Error(`${url}: ${broken[0]}`);
  return {
    requests: Number(/Requests\/sec:\s+([\d.]+)/.exec(out)[1]),
    bytes: size(/Transfer\/sec:\s+([\d.]+)([KMG]?)B/.exec(out)),
    p99: time(/99%\s+([\d.]+)(us|ms|s)/.exec(out)),
  };
}

export function output(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    let text = '';
    let errors = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
    });
    child.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve(text) : reject(new Error(`${command} ended with ${code}: ${errors}`)),
    );
  });
}

function size([, number, unit]) {
  return Number(number) * { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 }[unit];
}

function time([, number, unit]) {
  return Number(number) * { us: 0.001, ms: 1, s: 1_000 }[unit];
}
