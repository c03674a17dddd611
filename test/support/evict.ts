import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { until } from './until.js';
import type { TestGate } from './wheelgate.js';

/**
 * Removes an inspected artifact from the disk cache, and leaves what is known of it. The gate must keep nothing in memory
 * (`cache.memory: 0`).
 */
export async function evict(gate: TestGate, url: string, sha256: string): Promise<void> {
  const hits = async () =>
    (await gate.metric('wheelgate_cache_requests_total{tier="artifacts",result="hit"}'))[0];
  const before = await hits();
  // Its fill goes on after the blob is there, and whoever asks meanwhile joins in.
  await until(async () => {
    await gate.get(url, {}, 'HEAD');
    return (await hits()) !== before;
  });
  await rm(join(gate.folder, 'data', 'blobs', sha256.slice(0, 2), sha256));
}
