import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import type { Sha256 } from '../../src/domain/digest.js';
import type { Blob, BlobStore } from '../../src/store/blob-store.js';
import { MemoryBlob, MemoryBlobTier } from '../../src/store/memory-blob-tier.js';

const BYTES = Buffer.from('an artifact');
const SHA256 = createHash('sha256').update(BYTES).digest('hex') as Sha256;

/** A store that has one blob, and counts how often it is read, and how often it is open. */
function below(known?: Promise<boolean>) {
  const counts = { reads: 0, open: 0 };
  const whole = new MemoryBlob(BYTES);
  const open = async (): Promise<Blob> => {
    counts.open += 1;
    return {
      size: whole.size,
      bytes: undefined,
      whole: known,
      read(into, start) {
        counts.reads += 1;
        return whole.read(into, start);
      },
      async close() {
        counts.open -= 1;
      },
    };
  };
  const store: BlobStore = {
    open,
    localCopy: async () => undefined,
    put: async () => true,
    delete: async () => {},
  };
  return { store, counts };
}

describe('a small blob', () => {
  it('is read into memory once for all who open it together', async () => {
    const { store, counts } = below();
    const tier = new MemoryBlobTier(store, { maxBytes: 1_000, maxBlobBytes: 1_000 });
    const blobs = await Promise.all(Array.from({ length: 20 }, () => tier.open(SHA256)));
    for (const blob of blobs) assert.deepEqual(blob?.bytes, BYTES);
    assert.deepEqual(counts, { reads: 1, open: 0 });
  });

  it('is not kept in memory before it is known to have its digest', async () => {
    const { store, counts } = below(Promise.resolve(false));
    const tier = new MemoryBlobTier(store, { maxBytes: 1_000, maxBlobBytes: 1_000 });
    const blob = await tier.open(SHA256);
    assert.equal(await blob?.whole, false);
    assert.equal(tier.bytes, 0);
    await blob?.close();
    assert.deepEqual(counts, { reads: 0, open: 0 });
  });
});
