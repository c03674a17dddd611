import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { ArrivingMemory } from '../../src/artifacts/arriving-memory.js';
import { DistantSource } from '../../src/artifacts/distant-source.js';
import { Fill } from '../../src/artifacts/fill.js';
import { FillReader } from '../../src/artifacts/fill-reader.js';
import { Filler } from '../../src/artifacts/filler.js';
import { transfer } from '../../src/artifacts/transfer.js';
import type { Lease } from '../../src/fleet/leases.js';
import { SourceLost } from '../../src/fleet/source-lost.js';
import type { ByteReader, Place } from '../../src/store/bytes.js';

describe('a fill that somebody else is at', () => {
  it('is left where its line passes a byte and is cut, again and again', async () => {
    const size = 3_000;
    const bytes = Buffer.alloc(size, 7);
    let opened = 0;
    const bodyOf = (pieces: () => AsyncGenerator<Buffer>) => ({
      [Symbol.asyncIterator]: pieces,
      destroy() {},
    });
    const source = new DistantSource(
      {
        open: async (_holder, _key, { bytes: from }) => {
          opened += 1;
          const body = bodyOf(async function* () {
            yield bytes.subarray(from, from + 1);
            throw new SourceLost();
          });
          return { size, from, transfer: 't', etag: undefined, body, complete: undefined };
        },
      },
      'key',
      { holder: { url: 'http://a/', owner: 'a', fence: 1 }, lost: async () => undefined },
      () => 0,
      new AbortController().signal,
    );
    const arrival = new ArrivingMemory({ longest: size, total: size }).begin(size)!;
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const declared = { hashes: { sha256 }, size, maxSize: size };
    const first = (await source.open(0))!;
    let ownFrom = 0;
    await transfer(
      first,
      arrival,
      declared,
      () => {},
      async (received, why) => {
        const more = await source.open(received, why);
        if (more !== undefined) return more;
        ownFrom = received;
        const body = bodyOf(async function* () {
          yield bytes.subarray(received);
        });
        return { size, from: received, body };
      },
    );
    assert.ok(opened <= 20, `${opened} connections`);
    assert.ok(ownFrom > 0 && ownFrom < 20);
  });

  it('is not gone on with from what a first worker had left, where a second had told of more that nobody can read', async () => {
    const [left, told, size] = [1_000, 3_000, 10_000];
    const [first, second] = [Buffer.alloc(size, 1), Buffer.alloc(size, 2)];
    const reader = (data: Buffer): ByteReader => ({
      read: async (into, start) => data.copy(into, 0, start),
      close: async () => {},
    });
    let opens = 0;
    const bytesAt = (place: Place) => ({
      place,
      open: async () => {
        if (place.kind === 'file' && place.path === '/first')
          return reader(first.subarray(0, left));
        opens += 1;
        // A client could open it, and the one who follows could not.
        if (opens === 2) throw Object.assign(new Error('EMFILE'), { code: 'EMFILE' });
        return reader(second.subarray(0, told));
      },
    });
    const fill = new Fill();
    let client: FillReader | undefined;
    const begun = (path: string) =>
      ({
        kind: 'begun',
        place: { kind: 'file', path },
        total: size,
        transfer: 't',
        etag: undefined,
      }) as const;
    const leases: Lease[] = [
      {
        kind: 'theirs',
        follow: async (onNews) => {
          onNews(begun('/first'));
          onNews({ kind: 'arrived', bytes: left });
          client = new FillReader(fill);
          await client.ready();
          return 'lost';
        },
      },
      {
        kind: 'theirs',
        follow: async (onNews) => {
          onNews(begun('/second'));
          onNews({ kind: 'arrived', bytes: told });
          const had = Buffer.alloc(told);
          await client!.read(had, 0);
          assert.equal(had.at(-1), 2);
          return 'lost';
        },
      },
      { kind: 'ours', tell() {}, release() {}, abandon() {} },
    ];
    let clientGoesOn: boolean | undefined;
    const obtainer = {
      obtain: async (task: { left?: { transfer: string; etag: string | undefined } }) => {
        const of = task.left ?? { transfer: 'another', etag: undefined };
        fill.begin({ place: undefined, open: async () => reader(first) }, size, of);
        clientGoesOn = client!.isSame;
        fill.finish({ kind: 'allowed', verdict: {} as never, size });
      },
    };
    const filler = new Filler(
      { leases: { take: async () => leases.shift()! }, bytesAt },
      obtainer as never,
      { lookUp: async () => ({}) } as never,
    );
    const listed = {
      subject: { project: 'demo', filename: 'demo-1.0-py3-none-any.whl' },
      file: { hashes: { sha256: 'a'.repeat(64) } },
      upstream: { name: 'fake', url: 'http://fake/' },
    };
    await filler.fill(fill, listed as never, new AbortController().signal);
    assert.equal(clientGoesOn, false);
  });
});
