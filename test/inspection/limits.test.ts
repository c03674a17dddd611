import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { InspectionRun } from '../../src/inspection/inspection-run.js';
import {
  DEFAULT_LIMITS,
  type InspectionLimits,
  settingsName,
} from '../../src/inspection/limits.js';
import { buildTar, sdistEntries } from '../support/archives/tar.js';
import { buildWheel, wheelName } from '../support/archives/wheel.js';
import { codesOf, describeBytes, inspectBytes } from '../support/inspection/inspect.js';

const MIB = 1024 * 1024;
const SDIST = 'demo-1.0.tar.gz';

async function codes(filename: string, bytes: Buffer, limits: Partial<InspectionLimits>) {
  return codesOf(await inspectBytes(filename, bytes, limits));
}

describe('the settings that findings belong to', () => {
  const changed: InspectionLimits = {
    ...(Object.fromEntries(
      Object.entries(DEFAULT_LIMITS).map(([name, value]) => [name, Number(value) + 1]),
    ) as unknown as InspectionLimits),
    inflate: 'needed',
  };

  it('are named by every limit but those that only decide whether it comes to its end', () => {
    const names = Object.keys(DEFAULT_LIMITS) as (keyof InspectionLimits)[];
    const without = names.filter(
      (name) => settingsName({ [name]: changed[name] }) === settingsName(),
    );
    assert.deepEqual(without, ['timeMs', 'threadHeapMb']);
    const all = names.map((name) => settingsName({ [name]: changed[name] }));
    assert.equal(new Set(all).size, names.length - 1);
    assert.equal(settingsName({ ...DEFAULT_LIMITS }), settingsName());
  });
});

describe('limits of an inspection', () => {
  const wheel = buildWheel();
  const sdist = gzipSync(buildTar(sdistEntries()));

  it('bound the members', async () => {
    assert.deepEqual(await codes(wheelName(), wheel, { members: 3 }), ['inspection-limit-members']);
    assert.deepEqual(await codes(wheelName(), wheel, { members: 4 }), []);
    assert.deepEqual(await codes(SDIST, sdist, { members: 2 }), ['inspection-limit-members']);
    assert.deepEqual(await codes(SDIST, sdist, { members: 3 }), []);
  });

  it('bound the table of members', async () => {
    assert.deepEqual(await codes(wheelName(), wheel, { directoryBytes: 100 }), [
      'inspection-limit-directory',
    ]);
  });

  it('bound what is inflated', async () => {
    assert.deepEqual(await codes(wheelName(), wheel, { inflatedBytes: 100 }), [
      'inspection-limit-inflated',
    ]);
    assert.deepEqual(await codes(SDIST, sdist, { inflatedBytes: 1000 }), [
      'inspection-limit-inflated',
    ]);
  });

  it('bound what must be held whole', async () => {
    assert.deepEqual(await codes(wheelName(), wheel, { heldBytes: 10 }), ['inspection-limit-held']);
  });

  it('bound the time', async () => {
    let now = 0;
    const { name } = describeBytes(wheelName(), wheel);
    const run = new InspectionRun(name, 1, { ...DEFAULT_LIMITS, timeMs: 10 }, () => now);
    run.checkTime();
    now = 11;
    assert.throws(() => run.checkTime(), { code: 'inspection-limit-time' });
    assert.deepEqual(await codes(wheelName(), wheel, { timeMs: -1 }), ['inspection-limit-time']);
    assert.deepEqual(await codes(SDIST, sdist, { timeMs: -1 }), ['inspection-limit-time']);
  });

  it('know a bomb in a zip by its declared sizes, and let a small one through', async () => {
    const zeros = (size: number) => buildWheel({ files: { 'demo/zeros.bin': Buffer.alloc(size) } });
    assert.deepEqual(await codes(wheelName(), zeros(65 * MIB), {}), ['inspection-limit-ratio']);
    assert.deepEqual(await codes(wheelName(), zeros(8 * MIB), {}), []);
  });

  it('stop a bomb in a tar on its way', async () => {
    const zeros = (size: number) =>
      gzipSync(buildTar([{ name: 'demo-1.0/zeros.bin', content: Buffer.alloc(size) }]));
    assert.deepEqual(await codes(SDIST, zeros(70 * MIB), {}), ['inspection-limit-ratio']);
    assert.deepEqual(await codes(SDIST, zeros(8 * MIB), {}), []);
  });

  it('inflate only what is needed where that is asked for', async () => {
    const damaged = buildWheel({
      files: { 'demo/__init__.py': 'x = 1\n'.repeat(100), 'demo.pth': 'import os\n' },
      entries: ([first, ...rest]) => [{ ...first!, data: Buffer.alloc(50, 0xfe) }, ...rest],
    });
    assert.deepEqual(await codes(wheelName(), damaged, { inflate: 'needed' }), ['pth-executable']);
    assert.ok((await codes(wheelName(), damaged, {})).includes('zip-data'));
  });
});
