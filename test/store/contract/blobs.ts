import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { parseSha256, type Sha256 } from '../../../src/domain/digest.js';
import type { Blob, BlobSource, BlobStore } from '../../../src/store/blob-store.js';
import type { ByteReader } from '../../../src/store/bytes.js';
import { readBlob } from '../../../src/store/read-bytes.js';
import { type Contract, keeps, type Subject } from '../../support/contract.js';

export interface BlobsSubject extends Subject {
  readonly store: BlobStore;
  /** Another one upon the same place: the next process, or one beside it. */
  again(): BlobStore;
  /** Bytes as this adapter is given them; from memory where nothing is said. */
  source?(bytes: Uint8Array): Promise<BlobSource>;
}

/** Larger than anything that is kept in memory, in bytes. */
const LARGE = 300_000;

export function digestOf(bytes: Uint8Array): Sha256 {
  return parseSha256(createHash('sha256').update(bytes).digest('hex'))!;
}

/** Bytes that come piece by piece, in turns of their own, and say who has not closed them. */
export class Slowly implements BlobSource {
  readonly size: number;
  readonly #bytes: Uint8Array;
  readonly #whole: boolean;
  unclosed = 0;

  /** @param whole whether it does not end early */
  constructor(bytes: Uint8Array, whole = true) {
    this.#bytes = bytes;
    this.#whole = whole;
    this.size = bytes.length;
  }

  async open(): Promise<ByteReader> {
    let open = true;
    this.unclosed += 1;
    return {
      read: async (into, start) => {
        await new Promise(setImmediate);
        if (!this.#whole && start > this.size / 2) return 0;
        const piece = this.#bytes.subarray(start, start + Math.min(into.length, 50_000));
        into.set(piece);
        return piece.length;
      },
      close: async () => {
        if (open) this.unclosed -= 1;
        open = false;
      },
    };
  }
}

async function put({ store, source }: BlobsSubject, bytes: Uint8Array): Promise<Sha256> {
  const sha256 = digestOf(bytes);
  assert.equal(await store.put(sha256, (await source?.(bytes)) ?? new Slowly(bytes)), true);
  return sha256;
}

async function bytesOf(blob: Blob | undefined): Promise<Uint8Array | undefined> {
  try {
    return blob && Buffer.from(await readBlob(blob));
  } finally {
    await blob?.close();
  }
}

async function assertHas(store: BlobStore, bytes: Uint8Array): Promise<void> {
  const found = await bytesOf(await store.open(digestOf(bytes)));
  assert.ok(found !== undefined && Buffer.compare(found, bytes) === 0);
}

async function part(blob: Blob, start: number, end: number): Promise<string> {
  const buffer = Buffer.alloc(end - start);
  for (let read = 0; read < buffer.length; ) {
    const more = await blob.read(buffer.subarray(read), start + read);
    assert.ok(more > 0, 'it ends too early');
    read += more;
  }
  return buffer.toString();
}

export const BLOBS: Contract<BlobsSubject> = {
  'what was put in is there, whole and in part, again and again, also for the next process': async (
    subject,
  ) => {
    const text = 'hello, world';
    const sha256 = await put(subject, Buffer.from(text));
    for (const store of [subject.store, subject.store, subject.again()]) {
      const blob = (await store.open(sha256))!;
      assert.equal(blob.size, text.length);
      assert.equal(Buffer.from(await readBlob(blob)).toString(), text);
      assert.equal(await part(blob, 7, 12), 'world');
      await blob.close();
    }
  },

  'a large one is read from anywhere, as often as wanted, and ends at its end': async (subject) => {
    const bytes = Buffer.from(`${'x'.repeat(LARGE)}y`);
    const blob = (await subject.store.open(await put(subject, bytes)))!;
    assert.equal(await part(blob, LARGE - 2, LARGE + 1), 'xxy');
    assert.equal(await part(blob, 0, 3), 'xxx');
    assert.equal(await blob.read(Buffer.alloc(10), LARGE), 1);
    assert.equal(await blob.read(Buffer.alloc(10), LARGE + 1), 0);
    assert.equal((await readBlob(blob)).length, LARGE + 1);
    await blob.close();
  },

  'an empty one is one': async (subject) => {
    await put(subject, Buffer.alloc(0));
    await assertHas(subject.store, Buffer.alloc(0));
  },

  'what was never put in is absent': async (subject) => {
    await put(subject, Buffer.from('something'));
    const other = digestOf(Buffer.from('other'));
    assert.equal(await subject.store.open(other), undefined);
    assert.equal(await subject.store.localCopy(other), undefined);
    await subject.store.delete(other);
  },

  'several are kept apart': async (subject) => {
    const all = Array.from({ length: 10 }, () => randomBytes(1_000));
    for (const bytes of all) await put(subject, bytes);
    for (const bytes of all) await assertHas(subject.store, bytes);
  },

  'what is deleted is absent for all, is read to its end by who has it open, and may come again':
    async (subject) => {
      for (const bytes of [Buffer.from('short-lived'), randomBytes(LARGE)]) {
        const sha256 = await put(subject, bytes);
        const held = (await subject.store.open(sha256))!;
        await subject.store.delete(sha256);
        assert.equal(await subject.store.open(sha256), undefined);
        assert.equal(await subject.again().open(sha256), undefined);
        assert.ok(bytes.equals((await bytesOf(held))!));
        await put(subject, bytes);
        await assertHas(subject.store, bytes);
      }
    },

  'the same bytes may come from many at once': async (subject) => {
    const bytes = randomBytes(LARGE);
    await Promise.all(Array.from({ length: 5 }, () => put(subject, bytes)));
    await assertHas(subject.store, bytes);
    await assertHas(subject.again(), bytes);
  },

  'while one comes in a reader finds nothing, or all of it': async (subject) => {
    const bytes = randomBytes(LARGE);
    const sha256 = digestOf(bytes);
    let over = false;
    const coming = subject.store.put(sha256, new Slowly(bytes)).then((kept) => {
      over = true;
      return kept;
    });
    while (!over) {
      for (const store of [subject.store, subject.again()]) {
        const found = await bytesOf(await store.open(sha256));
        assert.ok(found === undefined || bytes.equals(found), 'half of it');
      }
      await new Promise(setImmediate);
    }
    assert.equal(await coming, true);
    await assertHas(subject.store, bytes);
  },

  'one whose source ends early is absent, and is kept once the source is whole': async (
    subject,
  ) => {
    const bytes = randomBytes(LARGE);
    const sha256 = digestOf(bytes);
    await assert.rejects(subject.store.put(sha256, new Slowly(bytes, false)));
    assert.equal(await subject.store.open(sha256), undefined);
    assert.equal(await subject.again().open(sha256), undefined);
    await put(subject, bytes);
    await assertHas(subject.store, bytes);
  },

  'a source is given back, and may change, once the blob is kept': async (subject) => {
    for (const length of [10, LARGE]) {
      const bytes = randomBytes(length);
      const given = Buffer.from(bytes);
      const source = new Slowly(given);
      assert.equal(await subject.store.put(digestOf(bytes), source), true);
      assert.equal(source.unclosed, 0);
      given.fill(0);
      await assertHas(subject.store, bytes);
    }
  },

  'closing one twice is harmless, also to others who have it open': async (subject) => {
    const bytes = randomBytes(LARGE);
    const sha256 = await put(subject, bytes);
    const [first, second] = [await subject.store.open(sha256), await subject.store.open(sha256)];
    await first!.close();
    await first!.close();
    assert.ok(bytes.equals((await bytesOf(second))!));
    await second!.close();
  },

  'as a file of this machine it has the same bytes, or is none': async (subject) => {
    for (const length of [10, LARGE]) {
      const bytes = randomBytes(length);
      const local = await subject.store.localCopy(await put(subject, bytes));
      if (local === undefined) continue;
      assert.ok(bytes.equals(await readFile(local.path)));
      assert.ok(bytes.equals((await bytesOf(local))!));
    }
  },
};

export interface BoundedBlobsSubject extends BlobsSubject {
  /** How many bytes there is room for. */
  readonly room: number;
}

/** For a store that makes room itself. */
export const BOUNDED_BLOBS: Contract<BoundedBlobsSubject> = {
  'one that is larger than all the room is refused, and its source stays as it is': async ({
    store,
    room,
  }) => {
    const bytes = randomBytes(room + 1);
    const source = new Slowly(bytes);
    assert.equal(await store.put(digestOf(bytes), source), false);
    assert.equal(source.unclosed, 0);
    assert.equal(await store.open(digestOf(bytes)), undefined);
    const reader = await source.open();
    assert.ok((await reader.read(Buffer.alloc(10), 0)) > 0);
  },

  'the least recently used go to make room for the next': async (subject) => {
    const size = Math.floor(subject.room / 2.5);
    const [a, b, c] = [randomBytes(size), randomBytes(size), randomBytes(size)];
    await put(subject, a);
    await put(subject, b);
    await assertHas(subject.store, a);
    await put(subject, c);
    const there = async (bytes: Uint8Array) =>
      (await bytesOf(await subject.store.open(digestOf(bytes)))) !== undefined;
    assert.deepEqual([await there(a), await there(b), await there(c)], [true, false, true]);
  },

  'what is open is read to its end, whatever comes in meanwhile': async (subject) => {
    const size = Math.floor(subject.room / 2.5);
    const bytes = randomBytes(size);
    const held = (await subject.store.open(await put(subject, bytes)))!;
    for (let time = 0; time < 4; time += 1) {
      const next = randomBytes(size);
      await subject.store.put(digestOf(next), new Slowly(next));
    }
    assert.ok(bytes.equals((await bytesOf(held))!));
  },
};

export function blobStoreContract(
  name: string,
  make: () => BlobsSubject | Promise<BlobsSubject>,
): void {
  keeps(name, BLOBS, make);
}

export function boundedBlobStoreContract(
  name: string,
  make: () => BoundedBlobsSubject | Promise<BoundedBlobsSubject>,
): void {
  keeps(`${name}, within bounds`, BOUNDED_BLOBS, make);
}
