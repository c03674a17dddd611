import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readWheelMetadata } from '../../src/artifacts/wheel-metadata.js';
import { MemoryBudget } from '../../src/runtime/memory-budget.js';
import type { ByteReader } from '../../src/store/bytes.js';
import { buildWheel } from '../support/distributions.js';

const MIB = 2 ** 20;

/** Bytes in memory, which others read between each two pieces. */
function readerOf(bytes: Buffer): ByteReader {
  return {
    read: async (target, position) => {
      await new Promise((resolve) => setImmediate(resolve));
      return bytes.copy(target, 0, position, position + target.length);
    },
    close: async () => {},
  };
}

const long = `Metadata-Version: 2.1\nName: long\nVersion: 1.0\n\n${'read me '.repeat(MIB / 4)}`;
const wheel = buildWheel({ name: 'long', metadata: long }).bytes;

describe('the METADATA of a wheel', () => {
  it('is read of many wheels at once within what memory there is for it, and of each in the end', async () => {
    // Nobody gives up, however slow the machine is.
    const budget = new MemoryBudget(3 * MIB, 600_000);
    let most = 0;
    const read = async (name: string) => {
      const memory = budget.enter(name);
      const take = (bytes: number) => {
        const taken = memory.take(bytes);
        most = Math.max(most, budget.taken);
        return taken;
      };
      try {
        return await readWheelMetadata(readerOf(wheel), wheel.length, { take });
      } finally {
        memory.release();
      }
    };
    const all = await Promise.all(Array.from({ length: 20 }, (_, index) => read(`w${index}`)));
    for (const bytes of all) assert.equal(bytes?.toString(), long);
    // One of them may go beyond the bound by what it takes itself.
    assert.ok(most < 8 * MIB, `${most} bytes`);
    assert.equal(budget.taken, 0);
  });

  it('is a failure of ours where there is no memory for it in time, and none where it is no wheel', async () => {
    const budget = new MemoryBudget(MIB, 1);
    const first = budget.enter('first');
    await first.take(MIB);
    const other = budget.enter('beyond');
    await other.take(MIB);
    await assert.rejects(readWheelMetadata(readerOf(wheel), wheel.length, budget.enter('late')), {
      kind: 'overloaded',
    });
    first.release();
    other.release();
    const noWheel = Buffer.alloc(MIB);
    const found = await readWheelMetadata(readerOf(noWheel), MIB, budget.enter('none'));
    assert.equal(found, undefined);
  });
});
