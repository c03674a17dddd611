import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { bufferSource } from '../../src/inspection/byte-source.js';
import { ContentProofs } from '../../src/inspection/early/content-proofs.js';
import { proveZip } from '../../src/inspection/early/prove-zip.js';
import { inspectSource } from '../../src/inspection/inspect-file.js';
import { createInspector } from '../../src/inspection/inspect-in-thread.js';
import type { Inspector } from '../../src/inspection/inspector.js';
import { DEFAULT_LIMITS } from '../../src/inspection/limits.js';
import { CORPUS } from '../corpus/corpus.js';
import { buildWheel, wheelName } from '../support/archives/wheel.js';
import { codesOf, describeBytes, inspectBytes } from '../support/inspection/inspect.js';
import { program, threadProgram } from '../support/thread-program.js';

const TEXT = 'a line that repeats itself\n'.repeat(150_000);

/** Members of every size: empty, small, and too long for one call, packed and not. */
function mixedWheel(): Buffer {
  return buildWheel({
    files: {
      'demo/__init__.py': '',
      'demo/small.py': 'x = 1\n',
      'demo/text.txt': TEXT,
      'demo/noise.bin': randomBytes(3_000_000),
      'demo-1.0.data/purelib/known.pth': '# nothing\n',
      'demo/last.py': 'y = 2\n',
    },
    entries: (entries) =>
      entries.map((entry) =>
        entry.name === 'demo/noise.bin' ? { ...entry, stored: true } : entry,
      ),
  });
}

async function proofsOf(bytes: Buffer): Promise<ContentProofs> {
  const proofs = new ContentProofs();
  await proveZip(bufferSource(bytes), DEFAULT_LIMITS, proofs).catch(() => {});
  return new ContentProofs(proofs.pack());
}

describe('an archive that is read as it comes in', () => {
  let folder: string;
  let inspector: Inspector;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-proving-'));
    inspector = createInspector({ threads: 1, aheadOfMs: 0 });
  });
  after(async () => {
    await inspector.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Inspects bytes that are written in pieces of this length, each announced. */
  async function inspectArriving(filename: string, bytes: Buffer, piece: number, by = inspector) {
    const path = join(folder, `${randomBytes(8).toString('hex')}`);
    await writeFile(path, '');
    const artifact = describeBytes(filename, bytes);
    const early = by.begin(path, artifact.name, bytes.length);
    for (let at = 0; at < bytes.length; at += piece) {
      await appendFile(path, bytes.subarray(at, at + piece));
      early.arrived(Math.min(bytes.length, at + piece));
    }
    const inspection = await by.inspect(path, artifact, early);
    await rm(path);
    return inspection;
  }

  it('earns the same findings as one that is read at the end', async () => {
    for (const { filename, bytes, name } of CORPUS)
      assert.deepEqual(
        await inspectArriving(filename, bytes, 4_096),
        await inspectBytes(filename, bytes),
        name,
      );
  });

  it('is the same in pieces of any length', async () => {
    const bytes = mixedWheel();
    const whole = await inspectBytes(wheelName(), bytes);
    assert.deepEqual(codesOf(whole), []);
    for (const piece of [64_000, 700_000, 10_000_000])
      assert.deepEqual(await inspectArriving(wheelName(), bytes, piece), whole);
  });

  it('has been read before its directory is there', async () => {
    const bytes = mixedWheel();
    const { memberCount } = await inspectBytes(wheelName(), bytes);
    assert.equal((await proofsOf(bytes)).count, memberCount);
    const directory = bytes.indexOf(Buffer.from('PK\x01\x02'));
    assert.equal((await proofsOf(bytes.subarray(0, directory))).count, memberCount);
  });

  it('takes nothing for known that the directory does not say, too', async () => {
    const member = { dataAt: 40, method: 8, crc: 7, compressed: 100, inflated: 200 };
    const proofs = new ContentProofs();
    const digest = createHash('sha256').update('content').digest();
    proofs.add(member, digest);
    assert.deepEqual(proofs.digestOf(member), digest);
    for (const [key, value] of Object.entries(member))
      assert.equal(proofs.digestOf({ ...member, [key]: value + 1 }), undefined, key);
  });

  it('does not excuse a content that is not the one of RECORD', async () => {
    const bytes = buildWheel({
      files: { 'demo/__init__.py': 'x = 1\n' },
      record: (text) => text.replace(/sha256=.{5}/, 'sha256=AAAAA'),
    });
    const proofs = await proofsOf(bytes);
    assert.equal(proofs.count, 4);
    const source = bufferSource(bytes);
    const found = await inspectSource(source, describeBytes(wheelName(), bytes), {}, proofs);
    assert.deepEqual(codesOf(found), ['record-hash-wrong']);
  });

  it('is not inflated beyond what an archive may inflate to', async () => {
    const bytes = buildWheel({ files: { 'demo/a.txt': TEXT, 'demo/b.txt': TEXT } });
    const proofs = new ContentProofs();
    const limits = { ...DEFAULT_LIMITS, inflatedBytes: TEXT.length + 10 };
    await proveZip(bufferSource(bytes), limits, proofs);
    assert.equal(proofs.count, 1);
  });

  it('may be abandoned, and others go on', async () => {
    const path = join(folder, 'abandoned');
    const bytes = mixedWheel();
    await writeFile(path, bytes.subarray(0, 2_000_000));
    const early = inspector.begin(path, describeBytes(wheelName(), bytes).name, bytes.length);
    early.arrived(2_000_000);
    early.abandon();
    assert.deepEqual(
      await inspectArriving(wheelName(), bytes, 1_000_000),
      await inspectBytes(wheelName(), bytes),
    );
  });

  it('is not read ahead where it is here at once', async () => {
    const bytes = buildWheel({ files: { 'demo.pth': 'import os\n' } });
    // Where it were, its inspection would wait for it.
    const provingProgram = threadProgram(() => {
      for (;;);
    });
    const other = createInspector({ threads: 1, aheadOfMs: 60_000, provingProgram });
    try {
      const whole = await inspectBytes(wheelName(), bytes);
      assert.deepEqual(await inspectArriving(wheelName(), bytes, 100, other), whole);
    } finally {
      await other.close();
    }
  });

  it('is inspected all the same where reading ahead dies or hangs', async () => {
    const bytes = buildWheel({ files: { 'demo.pth': 'import os\n' } });
    const whole = await inspectBytes(wheelName(), bytes);
    for (const [name, provingProgram] of [
      ['dies', program('process.exit(1);')],
      [
        'hangs',
        threadProgram(() => {
          for (;;);
        }),
      ],
    ] as const) {
      const other = createInspector({
        threads: 1,
        aheadOfMs: 0,
        graceMs: 0,
        limits: { timeMs: 1_500 },
        provingProgram,
      });
      try {
        assert.deepEqual(await inspectArriving(wheelName(), bytes, 100, other), whole, name);
        assert.deepEqual(await inspectArriving(wheelName(), bytes, 100, other), whole, name);
      } finally {
        await other.close();
      }
    }
  });
});
