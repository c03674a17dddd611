import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { Inspection } from '../../src/domain/finding.js';
import { bufferSource } from '../../src/inspection/byte-source.js';
import { ContentProofs } from '../../src/inspection/early/content-proofs.js';
import { proveZip } from '../../src/inspection/early/prove-zip.js';
import { inspectSource } from '../../src/inspection/inspect-file.js';
import { DEFAULT_LIMITS } from '../../src/inspection/limits.js';
import { buildSdist, buildTar, gnuLong, pax, sdistEntries } from '../support/archives/tar.js';
import { buildWheel, wheelName } from '../support/archives/wheel.js';
import { extraField } from '../support/archives/zip.js';
import { describeBytes, inspectBytes } from '../support/inspection/inspect.js';
import { type Archive, listWithYauzl } from '../support/inspection/listings.js';
import { listArchives } from '../support/python/list-archives.js';
import { findPythons } from '../support/python/pythons.js';

/** Runs of each property; `FUZZ_RUNS` sets it for a long run, `FUZZ_SEED` for another one. */
const RUNS = Number(process.env.FUZZ_RUNS ?? 1500);
const SEED = Number(process.env.FUZZ_SEED ?? 829);

const WHEELS = [
  buildWheel({ files: { 'demo/__init__.py': 'x = 1\n'.repeat(40), 'demo/data.bin': 'abc' } }),
  buildWheel({
    files: { 'demo/a.py': 'a = 1\n'.repeat(20), 'demo/größe.txt': '' },
    entries: (entries) => [
      { name: 'demo/' },
      ...entries.map((entry) => ({ ...entry, descriptor: 'signed' as const })),
    ],
    tricks: { zip64: {}, comment: Buffer.from('hello') },
  }),
  // As who writes in a stream: stored members with descriptors, comments and extra fields.
  buildWheel({
    files: { 'demo/__init__.py': 'x = 1\n'.repeat(40), 'demo/data.bin': 'PK abc' },
    entries: (entries) =>
      entries.map((entry, index) => ({
        ...entry,
        stored: index % 2 === 1,
        descriptor: 'signed' as const,
        comment: Buffer.from(`comment ${index}`),
        extra: extraField(0x5455, Buffer.from([3, 1, 2, 3, 4])),
      })),
  }),
];
const TARS = [
  gunzipSync(buildSdist({ files: { 'src/demo.py': 'x = 1\n'.repeat(100) } })),
  buildTar([
    ...sdistEntries(),
    gnuLong(`demo-1.0/${'a/'.repeat(60)}x.py`),
    { name: 'demo-1.0/x.py', content: 'x = 1\n' },
    pax({ path: 'demo-1.0/y.py', mtime: '1.5' }),
    { name: 'demo-1.0/y', content: 'y = 1\n' },
    { name: 'demo-1.0/l', type: '2', link: 'setup.py' },
  ]),
];

/** Ways in which a hostile or unlucky hand changes an archive. */
function mutants(originals: readonly Buffer[]): fc.Arbitrary<Buffer> {
  const change = fc.oneof(
    fc.record({ kind: fc.constant('set' as const), at: fc.nat(), value: fc.nat(255) }),
    fc.record({ kind: fc.constant('flip' as const), at: fc.nat(), value: fc.nat(7) }),
    fc.record({
      kind: fc.constant('cut' as const),
      at: fc.nat(),
      value: fc.integer({ min: 1, max: 40 }),
    }),
    fc.record({
      kind: fc.constant('copy' as const),
      at: fc.nat(),
      value: fc.integer({ min: 1, max: 600 }),
    }),
    fc.record({
      kind: fc.constant('zero' as const),
      at: fc.nat(),
      value: fc.integer({ min: 1, max: 16 }),
    }),
  );
  return fc
    .tuple(fc.constantFrom(...originals), fc.array(change, { minLength: 1, maxLength: 4 }))
    .map(([original, changes]) => {
      let bytes = Buffer.from(original);
      for (const { kind, at, value } of changes) {
        const place = at % bytes.length;
        if (kind === 'set') bytes[place] = value;
        else if (kind === 'flip') bytes[place]! ^= 1 << value;
        else if (kind === 'zero') bytes.fill(0, place, Math.min(bytes.length, place + value));
        else {
          const piece = kind === 'copy' ? bytes.subarray(place, place + value) : Buffer.alloc(0);
          const rest = bytes.subarray(kind === 'copy' ? place : place + value);
          bytes = Buffer.concat([bytes.subarray(0, place), piece, rest]);
        }
        if (bytes.length === 0) bytes = Buffer.alloc(1);
      }
      return bytes;
    });
}

/** Makes the header checksums right again, so that a change is seen for what it is. */
function repairTar(bytes: Buffer): Buffer {
  for (let at = 0; at + 512 <= bytes.length; at += 512) {
    if (bytes.toString('latin1', at + 257, at + 262) !== 'ustar') continue;
    bytes.write('        ', at + 148, 'latin1');
    const sum = bytes.subarray(at, at + 512).reduce((total, byte) => total + byte, 0);
    bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, at + 148, 'latin1');
  }
  return bytes;
}

/** The members' digests that an inspection saw, in any order. */
function digestsOf(inspection: Inspection): string[] {
  const all = Buffer.from(inspection.memberDigests, 'base64').toString('hex');
  return (all.match(/.{16}/g) ?? []).sort();
}

const sorted = (listing: readonly (readonly [string, string])[]) =>
  listing.map(([, sha256]) => sha256.slice(0, 16)).sort();

async function cleanOnes(
  filename: string,
  originals: readonly Buffer[],
  repair = (bytes: Buffer) => bytes,
) {
  const clean: { bytes: Buffer; inspection: Inspection }[] = [];
  const sample = fc.sample(mutants(originals), { numRuns: RUNS, seed: SEED });
  for (const bytes of [...originals, ...sample.map(repair)]) {
    const inspection = await inspectBytes(filename, bytes);
    if (inspection.findings.length === 0) clean.push({ bytes, inspection });
  }
  assert.ok(clean.length >= originals.length, 'the honest ones are clean');
  return clean;
}

describe('changed archives', () => {
  it('finds the same in a zip that was read as it came in', async () => {
    await fc.assert(
      fc.asyncProperty(mutants(WHEELS), async (bytes) => {
        const proofs = new ContentProofs();
        await proveZip(bufferSource(bytes), DEFAULT_LIMITS, proofs).catch(() => {});
        const artifact = describeBytes(wheelName(), bytes);
        assert.deepEqual(
          await inspectSource(bufferSource(bytes), artifact, {}, proofs),
          await inspectSource(bufferSource(bytes), artifact),
        );
      }),
      { numRuns: RUNS, seed: SEED },
    );
  });

  const [python] = findPythons();

  it('that are called clean are the same to yauzl, and to zipfile', async () => {
    const clean = await cleanOnes(wheelName(), WHEELS);
    for (const { bytes, inspection } of clean) {
      const listing = await listWithYauzl(bytes);
      assert.deepEqual(sorted(listing), digestsOf(inspection));
    }
    if (python === undefined) return;
    const archives: Archive[] = clean.map(({ bytes }) => ({ kind: 'zip', bytes }));
    listArchives(python, archives).forEach((listing, i) => {
      assert.ok(typeof listing !== 'string', `zipfile: ${String(listing)}`);
      assert.deepEqual(sorted(listing), digestsOf(clean[i]!.inspection));
    });
  });

  it('that are called clean are the same to tarfile', async () => {
    const clean = await cleanOnes('demo-1.0.tar', TARS, repairTar);
    if (python === undefined) return;
    const archives: Archive[] = clean.map(({ bytes }) => ({ kind: 'tar', bytes }));
    listArchives(python, archives).forEach((listing, i) => {
      assert.ok(typeof listing !== 'string', `tarfile: ${String(listing)}`);
      assert.deepEqual(sorted(listing), digestsOf(clean[i]!.inspection));
    });
  });

  it('never make the inspector throw, whatever their name says they are', async () => {
    const names = ['demo-1.0.tar.gz', 'demo-1.0.tar.bz2', 'demo-1.0.zip', 'demo-1.0-py3.8.egg'];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...names),
        fc.uint8Array({ maxLength: 3000 }),
        async (name, bytes) => {
          const inspection = await inspectBytes(name, bytes);
          assert.ok(inspection.findings.length > 0);
        },
      ),
      { numRuns: Math.min(RUNS, 500), seed: SEED },
    );
  });

  it('are inspected alike twice', async () => {
    for (const bytes of fc.sample(mutants(WHEELS), { numRuns: 50, seed: SEED }))
      assert.deepEqual(
        hash(await inspectBytes(wheelName(), bytes)),
        hash(await inspectBytes(wheelName(), bytes)),
      );
  });
});

function hash(inspection: Inspection): string {
  return createHash('sha256').update(JSON.stringify(inspection)).digest('hex');
}
