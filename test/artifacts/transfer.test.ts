import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import type { Arrival } from '../../src/artifacts/arrival.js';
import { ArrivingMemory } from '../../src/artifacts/arriving-memory.js';
import { OtherBytes, type Source, transfer } from '../../src/artifacts/transfer.js';
import { Failure } from '../../src/domain/failure.js';
import { SourceLost } from '../../src/fleet/source-lost.js';

const SIZE = 100_000;
const BYTES = randomBytes(SIZE);
const SHA256 = createHash('sha256').update(BYTES).digest('hex');
const OTHER = Buffer.from(BYTES);
OTHER[30_000] = OTHER[30_000]! ^ 0xff;

/** Sends a part of some bytes in pieces, and is lost, or broken, at its end. */
function source(bytes: Buffer, from: number, end: number, how?: Error): Source {
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (let at = from; at < end; at += 7_000) yield bytes.subarray(at, Math.min(end, at + 7_000));
    if (how !== undefined) throw how;
  }
  const body = { [Symbol.asyncIterator]: pieces, destroy() {} };
  return { size: bytes.length, from, body };
}

const lost = (bytes: Buffer, from: number, end: number) =>
  source(bytes, from, end, new SourceLost());

/** @param others who goes on, one after the other */
async function take(
  first: Source,
  others: readonly Source[],
  hashes: object = { sha256: SHA256 },
  size: number | 'undeclared' = SIZE,
) {
  const arrival = new ArrivingMemory({ longest: SIZE, total: SIZE }).begin(SIZE) as Arrival;
  const asked: number[] = [];
  const left = [...others];
  const progress: number[] = [];
  const received = await transfer(
    first,
    arrival,
    { hashes, size: size === 'undeclared' ? undefined : size, maxSize: SIZE },
    (readable) => progress.push(readable),
    async (from) => {
      asked.push(from);
      const next = left.shift();
      if (next === undefined) throw new Failure('upstream-unreachable', 'Nobody is left.');
      return next;
    },
  );
  const reader = await arrival.bytes.open();
  const copy = Buffer.alloc(SIZE);
  await reader?.read(copy, 0);
  await reader?.close();
  assert.deepEqual(
    progress,
    progress.toSorted((a, b) => a - b),
  );
  return { received, asked, copy };
}

describe('a transfer whose source is lost', () => {
  it('goes on with what another one sends behind it, as often as that happens', async () => {
    const others = [lost(BYTES, 40_000, 60_000), source(BYTES, 60_000, SIZE)];
    const { received, asked, copy } = await take(lost(BYTES, 0, 40_000), others);
    assert.deepEqual(asked, [40_000, 60_000]);
    assert.equal(received.sha256, SHA256);
    assert.ok(copy.equals(BYTES));
  });

  it('goes on behind what another one sends once more, which is compared', async () => {
    for (const from of [0, 39_999]) {
      const { asked, copy } = await take(lost(BYTES, 0, 40_000), [source(BYTES, from, SIZE)]);
      assert.deepEqual(asked, [40_000]);
      assert.ok(copy.equals(BYTES));
    }
  });

  it('is given up where another one has other bytes, or fewer, or begins too late', async () => {
    for (const next of [
      source(OTHER, 0, SIZE),
      source(BYTES, 0, 39_999),
      source(BYTES, 40_001, SIZE),
    ])
      await assert.rejects(take(lost(BYTES, 0, 40_000), [next]), OtherBytes);
  });

  it('is given up where another one announces another length than clients were told', async () => {
    const announcing = (total: number | undefined, part: Source): Source => ({
      ...part,
      size: total,
    });
    const undeclared = (first: Source, next: Source) => take(first, [next], {}, 'undeclared');
    const short = announcing(50_000, lost(BYTES, 0, 40_000));
    for (const next of [source(BYTES, 40_000, SIZE), source(BYTES, 0, SIZE)])
      await assert.rejects(undeclared(short, next), OtherBytes);
    // One that announces nothing is held to what was announced before.
    await assert.rejects(undeclared(short, announcing(undefined, source(BYTES, 40_000, SIZE))), {
      kind: 'upstream-broken',
    });
    for (const [one, other] of [
      [SIZE, SIZE],
      [SIZE, undefined],
      [undefined, SIZE],
      [undefined, undefined],
    ]) {
      const first = announcing(one, lost(BYTES, 0, 40_000));
      const { received } = await undeclared(first, announcing(other, source(BYTES, 40_000, SIZE)));
      assert.equal(received.size, SIZE);
    }
  });

  it('is not what the index declares where the first part was of others', async () => {
    const put = [source(BYTES, 40_000, SIZE)];
    await assert.rejects(take(lost(OTHER, 0, 40_000), put), { kind: 'upstream-broken' });
  });

  it('needs nobody else where nothing is missing, as far as a digest tells', async () => {
    assert.deepEqual((await take(lost(BYTES, 0, SIZE), [])).asked, []);
    await assert.rejects(take(lost(BYTES, 0, SIZE), [], {}), { message: 'Nobody is left.' });
    await assert.rejects(take(lost(OTHER, 0, SIZE), []), { kind: 'upstream-broken' });
  });

  it('fails where nobody has the rest, and where the next one breaks off', async () => {
    await assert.rejects(take(lost(BYTES, 0, 40_000), []), { message: 'Nobody is left.' });
    const broken = source(BYTES, 40_000, 60_000, new Error('reset'));
    await assert.rejects(take(lost(BYTES, 0, 40_000), [broken, source(BYTES, 60_000, SIZE)]), {
      kind: 'upstream-broken',
    });
  });
});
