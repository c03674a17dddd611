// What others notice while something goes on: requests at a steady pace, whatever becomes of those before them. A load
// that waits for its answers, as wrk's does, sends nothing while the server stands still, and so hardly sees it.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/**
 * Asks each target every `interval` milliseconds while `work` runs, from a thread of its own.
 * @param targets `{ name: url }`
 * @returns `{ name: { p99, longest, count } }`, in milliseconds
 */
export async function probed(targets, work, interval = 4) {
  const thread = new Worker(new URL('probe-thread.mjs', import.meta.url), {
    workerData: { targets, interval },
  });
  try {
    // It has warmed up.
    await once(thread, 'message');
    thread.postMessage('begin');
    await work();
    thread.postMessage('end');
    const [seen] = await once(thread, 'message');
    return Object.fromEntries(
      Object.entries(seen).map(([name, times]) => [name, summary(times.sort((a, b) => a - b))]),
    );
  } finally {
    await thread.terminate();
  }
}

function summary(times) {
  const p99 = times[Math.min(times.length - 1, Math.floor(times.length * 0.99))];
  return { p99, longest: times.at(-1), count: times.length };
}
