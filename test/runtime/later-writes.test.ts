import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LaterWrites } from '../../src/runtime/later-writes.js';

describe('writes that are made later', () => {
  /** A disk whose writes end when they are told to. */
  function disk() {
    const written: string[] = [];
    const lost: string[] = [];
    const ends: ((error?: Error) => void)[] = [];
    const later = {
      write: (value: string) =>
        new Promise<void>((resolve, reject) => {
          written.push(value);
          ends.push((error) => (error === undefined ? resolve() : reject(error)));
        }),
      onLost: (error: unknown) => void lost.push((error as Error).message),
    };
    /** Ends a write once it has begun. */
    async function end(index: number, error?: Error) {
      while (ends.length <= index) await new Promise((resolve) => setImmediate(resolve));
      ends[index]!(error);
    }
    return { written, lost, later, end };
  }

  it('are one at a time, and leave out what is replaced before its turn', async () => {
    const { written, later, end } = disk();
    const writes = new LaterWrites<string>(10);
    for (const [key, value] of [
      ['a', 'a1'],
      ['b', 'b1'],
      ['b', 'b2'],
    ] as const)
      writes.put(key, value, later);
    assert.deepEqual([writes.get('a'), writes.get('b'), writes.get('c')], ['a1', 'b2', undefined]);
    await end(0);
    await end(1);
    await writes.settled();
    assert.deepEqual(written, ['a1', 'b2']);
    assert.deepEqual([writes.get('a'), writes.get('b')], [undefined, undefined]);
  });

  it('are followed by that of a value that came meanwhile, also after a failure', async () => {
    const { written, lost, later, end } = disk();
    const writes = new LaterWrites<string>(10);
    writes.put('a', 'a1', later);
    while (written.length === 0) await new Promise((resolve) => setImmediate(resolve));
    writes.put('a', 'a2', later);
    await end(0, new Error('full'));
    await end(1);
    await writes.settled();
    assert.deepEqual([written, lost], [['a1', 'a2'], ['full']]);
  });

  it('are lost beyond their number, except for a value that replaces another', async () => {
    const { written, lost, later, end } = disk();
    const writes = new LaterWrites<string>(1);
    writes.put('a', 'a1', later);
    writes.put('b', 'b1', later);
    writes.put('a', 'a2', later);
    assert.deepEqual(lost, ['1 records are waiting for the disk']);
    await end(0);
    await writes.settled();
    assert.deepEqual(written, ['a2']);
  });
});
