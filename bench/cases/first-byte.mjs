// How long a client waits while it fetches a cold wheel: until the first byte, and the longest pause after it. This is
// the cost of `gate.hold-bytes` and `gate.hold-time`, whose benefit is that a refusal is a plain 403.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { buildWheel, publish, wheelPath } from '../lib/index-folder.mjs';
import { alternate } from '../lib/measure.mjs';
import { proc, startScript, startWheelgate } from '../lib/processes.mjs';

export const needs = [...proc];

/** Megabytes of a wheel, and the index's rate in megabytes per second. */
const SIZES = [5, 50, 500];
const SPEEDS = [10, 50, 100];
/** Later pauses are not caused by the start of the gate, in milliseconds. */
const LONG_ENOUGH = 10_000;

function wheelOf(name, megabytes) {
  const part = randomBytes(1_000_000);
  return buildWheel(
    name,
    Array.from({ length: megabytes }, (_, index) => [`${name}/part${index}.bin`, part]),
  );
}

/** @returns milliseconds to the first byte, and the longest pause after it */
async function pausesOf(url) {
  const ends = new AbortController();
  const begun = performance.now();
  let [first, last, longest] = [undefined, begun, 0];
  try {
    const response = await fetch(url, { signal: ends.signal });
    if (!response.ok) throw new Error(`${response.status} for ${url}`);
    for await (const _ of response.body) {
      const now = performance.now();
      if (first === undefined) first = now - begun;
      else longest = Math.max(longest, now - last);
      last = now;
      if (now - begun > LONG_ENOUGH) ends.abort();
    }
  } catch (error) {
    if (error.name !== 'AbortError') throw error;
  }
  return { first, longest };
}

export async function run({ folder, rounds, short }) {
  const root = join(folder, 'index');
  const sizes = short ? SIZES.slice(0, 1) : SIZES;
  const speeds = short ? SPEEDS.slice(-1) : SPEEDS;
  const figures = [];
  for (const size of sizes)
    for (const speed of speeds) {
      // The largest wheels have constant results, and use a GB each time.
      const times = short || size === 500 ? 1 : Math.min(rounds, 3);
      const count = size === 500 ? 1 : times + 1;
      const names = Array.from({ length: count }, (_, round) => `w${size}at${speed}n${round}`);
      const caseRoot = join(root, `${size}at${speed}`);
      for (const name of names) publish(caseRoot, name, [wheelOf(name, size)]);
      const upstream = await startScript('throttled', caseRoot, speed * 1e6);
      const wheelgate = await startWheelgate(join(folder, `g${size}at${speed}`), upstream.url);
      try {
        for (const name of names) await (await fetch(`${wheelgate.url}/simple/${name}/`)).text();
        // A process compiles its code during its first artifact.
        if (size < 500) await pausesOf(wheelgate.url + wheelPath(names[times]));
        const pauses = [];
        const taken = { direct: 0, wheelgate: 0 };
        const first = (server, key) => async () => {
          const found = await pausesOf(server.url + wheelPath(names[taken[key]++]));
          if (key === 'wheelgate') pauses.push(found.longest);
          return found.first;
        };
        const results = await alternate(
          { direct: first(upstream, 'direct'), wheelgate: first(wheelgate, 'wheelgate') },
          times,
        );
        figures.push({
          figure: `first byte of a cold wheel of ${size} MB, index at ${speed} MB/s`,
          unit: 'ms',
          results,
          note: `longest pause after it: ${Math.round(Math.max(...pauses))} ms`,
        });
      } finally {
        for (const server of [wheelgate, upstream]) await server.end();
      }
    }
  return figures;
}
