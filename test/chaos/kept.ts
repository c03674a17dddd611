import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { KnownFile } from './world.js';

/** Of files that are refused for what they hold. */
export function refusedDigests(files: readonly KnownFile[]): Set<string> {
  const refused = files.filter(({ fate }) => fate === 'refused');
  return new Set(refused.map(({ dist }) => dist.sha256));
}

/** What is wrong with a file that lies under its digest: it is whole, and not one that is refused. */
export function faultsOfBlob(
  digest: string,
  bytes: Buffer,
  refused: ReadonlySet<string>,
): string[] {
  const faults: string[] = [];
  if (createHash('sha256').update(bytes).digest('hex') !== digest)
    faults.push(`a blob with other bytes: ${digest}`);
  if (refused.has(digest)) faults.push(`a refused file is kept: ${digest}`);
  return faults;
}

/** The same of all that lies in a cache. */
export async function faultsOfBlobs(
  blobs: string,
  refused: ReadonlySet<string>,
): Promise<string[]> {
  const faults: string[] = [];
  for (const name of await readdir(blobs, { recursive: true })) {
    const [digest] = /[0-9a-f]{64}$/.exec(name) ?? [];
    if (digest === undefined) continue;
    faults.push(...faultsOfBlob(digest, await readFile(join(blobs, name)), refused));
  }
  return faults;
}

/** How many decisions of each request a data folder holds. */
export async function recordsById(data: string): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const name of await readdir(data)) {
    if (!/^decisions.*\.jsonl(\.gz)?$/.test(name)) continue;
    const bytes = await readFile(join(data, name));
    const text = name.endsWith('.gz') ? gunzipSync(bytes) : bytes;
    for (const line of text.toString('utf8').split('\n')) {
      const [, id] = /"request":"([^"]+)"/.exec(line) ?? [];
      if (id !== undefined) counts.set(id, (counts.get(id) ?? 0) + 1);
    }
  }
  return counts;
}
