import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RoomySpool } from '../../../src/store/disk/roomy-spool.js';
import type { SpoolFile } from '../../../src/store/spool.js';

const MIB = 2 ** 20;

/** A spool over pretended folders; says where each file was begun. */
function pretend(free: { main: number; spare: number }, reclaimable = 0) {
  const begun: string[] = [];
  const place = (name: string) => ({
    directory: name,
    spool: {
      create: async () => {
        begun.push(name);
        return undefined as unknown as SpoolFile;
      },
    },
  });
  let reclaimed = 0;
  const spool = new RoomySpool({
    main: place('main'),
    spare: place('spare'),
    reclaim: async () => {
      reclaimed = reclaimable;
    },
    freeBytes: async (path) => (path === 'main' ? free.main + reclaimed : free.spare),
  });
  return { spool, begun };
}

describe('where an artifact is received', () => {
  const cases: [string, Parameters<typeof pretend>, string][] = [
    ['beside the blobs where there is room', [{ main: 100 * MIB, spare: 100 * MIB }], 'main'],
    [
      'beside the blobs once the cache has given way',
      [{ main: MIB, spare: 100 * MIB }, 50 * MIB],
      'main',
    ],
    ['in the spare folder where only that has room', [{ main: MIB, spare: 100 * MIB }], 'spare'],
    ['beside the blobs where there is no room at all', [{ main: MIB, spare: MIB }], 'main'],
  ];
  for (const [name, [free, reclaimable], expected] of cases)
    it(name, async () => {
      const { spool, begun } = pretend(free, reclaimable);
      await spool.create(20 * MIB);
      assert.deepEqual(begun, [expected]);
    });

  it('counts on a large one where nobody says how large', async () => {
    const { spool, begun } = pretend({ main: 20 * MIB, spare: 100 * MIB });
    await spool.create();
    await spool.create(10 * MIB);
    assert.deepEqual(begun, ['spare', 'main']);
  });
});
