import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { until } from './until.js';
import type { TestGate } from './wheelgate.js';

/**
 * Removes an inspected artifact from the disk cache, but not its findings. The gate must not cache in memory
 * (`cache.memory: 0`).
 */
export async function evict(gate: TestGate, url: string, sha256: string): Promise<void> {
  const hits = async () =>
    (await gate.metric('wheelgate_cache_requests_total{tier="artifacts",result="hit"}'))[0];
  const before = await hits();
  // Its fill continues after the blob is stored, and concurrent requests join it.
  await until(async () => {
    await gate.get(url, {}, 'HEAD');
    return (await hits()) !== before;
  });
  await rm(join(gate.folder, 'data', 'blobs', sha256.slice(0, 2), sha256));
}
