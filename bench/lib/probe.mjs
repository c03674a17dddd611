// Delays of other clients during a load: requests at a constant rate, independent of earlier responses. A load that
// waits for its responses, such as wrk's, sends nothing while the server blocks, and so hardly measures it.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/**
 * Requests each target every `interval` milliseconds while `work` runs, from a separate thread.
 * @param targets `{ name: url }`
 * @returns `{ name: { p99, longest, count } }`, in milliseconds
 */
export async function probed(targets, work, interval = 4) {
  const thread = new Worker(new URL('probe-thread.mjs', import.meta.url), {
    workerData: { targets, interval },
  });
  try {
    // The thread has warmed up.
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
