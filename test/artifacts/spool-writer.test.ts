import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { SpoolWriter } from '../../src/artifacts/spool-writer.js';
import { FairShare } from '../../src/runtime/fair-share.js';
import { DiskSpool } from '../../src/store/disk/disk-spool.js';
import type { SpoolFile } from '../../src/store/spool.js';

/** A file system that is at work until it is told that it has done, or failed. */
class HeldFile implements SpoolFile {
  readonly path = '/nowhere';
  size = 0;
  readonly calls: string[] = [];
  readonly #held: { done: () => void; fail: (error: Error) => void }[] = [];

  append(pieces: readonly Uint8Array[]): Promise<void> {
    this.calls.push(Buffer.concat(pieces).toString());
    return new Promise((resolve, reject) => {
      const done = () => {
        for (const piece of pieces) this.size += piece.length;
        resolve();
      };
      this.#held.push({ done, fail: reject });
    });
  }

  let(): void {
    this.#held.shift()?.done();
  }

  fail(): void {
    this.#held
      .shift()
      ?.fail(
        Object.assign(new Error('no space left'), { code: 'ENOSPC', errno: -28, syscall: 'write' }),
      );
  }

  expect = () => Promise.resolve();
  open = () => Promise.reject(new Error('nobody reads'));
  sync = () => Promise.resolve();
  moved = () => {};
  discard = () => Promise.resolve();
}

const plenty = () => new FairShare(2 ** 19, 2 ** 16);

describe('writing an artifact as it comes in', () => {
  it('gives the file system together what has gathered while it was at work', async () => {
    const file = new HeldFile();
    const seen: number[] = [];
    const writer = new SpoolWriter(file, plenty(), (size) => seen.push(size));
    for (const piece of ['a', 'b', 'c'])
      assert.equal(writer.write(Buffer.from(piece)), undefined, 'there is room for more');
    const end = writer.end();
    assert.deepEqual(file.calls, ['a']);
    file.let();
    await new Promise(setImmediate);
    assert.deepEqual(file.calls, ['a', 'bc']);
    file.let();
    await end;
    assert.deepEqual(seen, [1, 3]);
  });

  it('makes the transfer wait where too much has gathered', async () => {
    const file = new HeldFile();
    const writer = new SpoolWriter(file, new FairShare(350, 100), () => {});
    const piece = Buffer.alloc(200);
    assert.equal(writer.write(piece), undefined);
    assert.equal(writer.write(piece), undefined);
    const room = writer.write(piece);
    assert.ok(room !== undefined);
    file.let();
    await new Promise(setImmediate);
    file.let();
    await room;
    assert.equal(file.size, 3 * piece.length);
  });

  it('lets less gather while others write, too, until they have stopped', async () => {
    const share = new FairShare(400, 100);
    const file = new HeldFile();
    const others = [1, 2, 3].map(() => new SpoolWriter(new HeldFile(), share, () => {}));
    const writer = new SpoolWriter(file, share, () => {});
    void writer.write(Buffer.alloc(1));
    assert.ok(writer.write(Buffer.alloc(100)) !== undefined, 'a quarter is all it may have');
    file.let();
    await new Promise(setImmediate);
    // Stopping twice is leaving once.
    for (const other of [...others, ...others]) await other.stop();
    assert.equal(writer.write(Buffer.alloc(300)), undefined, 'it is alone');
    assert.ok(writer.write(Buffer.alloc(100)) !== undefined);
  });

  it('tells of a failure whoever waits for room and whoever waits for the end', async () => {
    const file = new HeldFile();
    const writer = new SpoolWriter(file, plenty(), () => assert.fail('nothing was written'));
    void writer.write(Buffer.from('a'));
    file.fail();
    const room = writer.write(Buffer.alloc(1024 * 1024));
    await assert.rejects(async () => room, { kind: 'overloaded' });
    await assert.rejects(writer.end(), { kind: 'overloaded' });
    assert.equal(file.calls.length, 1, 'nothing is written behind a hole');
    await writer.stop();
  });

  it('is at rest once it has stopped, not before', async () => {
    const file = new HeldFile();
    const writer = new SpoolWriter(file, plenty(), () => {});
    void writer.write(Buffer.from('a'));
    void writer.write(Buffer.from('b'));
    let stopped = false;
    const stop = writer.stop().then(() => {
      stopped = true;
    });
    await new Promise(setImmediate);
    assert.equal(stopped, false);
    file.let();
    await stop;
    assert.deepEqual(file.calls, ['a']);
  });

  it('keeps the order on a real disk', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'wheelgate-'));
    try {
      const file = await new DiskSpool(folder).create();
      const writer = new SpoolWriter(file, plenty(), () => {});
      const pieces = Array.from({ length: 500 }, (_, n) => Buffer.alloc(n * 7, `${n} `));
      for (const piece of pieces) await writer.write(piece);
      await writer.end();
      assert.ok((await readFile(file.path)).equals(Buffer.concat(pieces)));
      await file.discard();
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
