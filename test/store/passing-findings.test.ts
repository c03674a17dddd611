import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, it } from 'node:test';
import type { Sha256 } from '../../src/domain/digest.js';
import type { Inspection } from '../../src/domain/finding.js';
import type { ProjectName } from '../../src/domain/project-name.js';
import { TellingFindings } from '../../src/fleet/telling-findings.js';
import { DiskFindingsStore } from '../../src/store/disk/disk-findings-store.js';
import type { FindingsStore } from '../../src/store/findings-store.js';
import { PassingFindings } from '../../src/store/passing-findings.js';
import { type FindingsSubject, findingsContract } from './contract/findings.js';

/** The stores that the decorator of a disk's store makes, upon a folder of their own. */
async function over(decorate: (store: FindingsStore) => FindingsStore): Promise<FindingsSubject> {
  const folder = await mkdtemp(join(tmpdir(), 'wheelgate-findings-'));
  const again = (settings?: string) => decorate(new DiskFindingsStore(folder, settings));
  return {
    store: again(),
    again: () => again(),
    underOtherSettings: () => again('other'),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

findingsContract('findings that keep away what may pass', () =>
  over((store) => new PassingFindings(store, Date.now)),
);
findingsContract('findings that are told to others', () =>
  over((store) => new TellingFindings(store, () => {})),
);

const PROJECT = 'demo' as ProjectName;
const SHA = 'ab'.repeat(32) as Sha256;
const NAME = 'demo-1.0-py3-none-any.whl';
const SECOND = 1_000;

function inspection(...codes: string[]): Inspection {
  return {
    inspector: 0,
    sha256: SHA,
    filename: NAME,
    size: 10,
    findings: codes.map((code) => ({ code, rule: 'archive', detail: code })),
    memberDigests: '',
    memberCount: 0,
    inflatedBytes: 0,
  };
}

describe('what an inspection broke off for', () => {
  let now: number;
  let stored: Inspection[];
  let findings: PassingFindings;
  beforeEach(() => {
    now = Date.UTC(2026, 10, 1);
    stored = [];
    const below: FindingsStore = {
      get: async () => stored.at(-1),
      known: async () => ({ get: () => stored.at(-1), named: () => [], all: () => [] }),
      put: async (_project, given) => void stored.push(given),
      keep: async (_project, given) => void stored.push(given),
      learn: (_project, ...given) => void stored.push(...given),
    };
    findings = new PassingFindings(below, () => now);
  });

  async function resting(): Promise<boolean> {
    const found = await findings.get(PROJECT, SHA, NAME);
    const onPage = (await findings.known(PROJECT)).get(SHA, NAME);
    assert.deepEqual(found, onPage);
    if (found !== undefined) assert.ok(found.countsUntil! > now);
    return found !== undefined;
  }

  for (const code of ['inspection-failed', 'inspection-limit-time'])
    it(`is tried again at once, then rests longer each time, and is never stored: ${code}`, async () => {
      const waited: number[] = [];
      for (let time = 0; time < 8; time += 1) {
        await findings.put(PROJECT, inspection('zip-gap', code));
        let seconds = 0;
        while (await resting()) {
          now += SECOND;
          seconds += 1;
        }
        waited.push(seconds);
      }
      assert.deepEqual(waited, [0, 30, 60, 120, 240, 480, 600, 600]);
      assert.deepEqual(stored, []);
    });

  it('is forgotten once an inspection comes to its end', async () => {
    const failed = inspection('inspection-failed');
    for (let time = 0; time < 3; time += 1) await findings.put(PROJECT, failed);
    assert.equal(await resting(), true);
    await findings.put(PROJECT, inspection('zip-gap'));
    assert.deepEqual(await findings.get(PROJECT, SHA, NAME), inspection('zip-gap'));
    assert.equal(stored.length, 1);
    stored = [];
    await findings.put(PROJECT, failed);
    assert.equal(await resting(), false);
  });

  it('is forgotten once another process has come to the end of the inspection', async () => {
    for (let time = 0; time < 3; time += 1)
      await findings.put(PROJECT, inspection('inspection-failed'));
    assert.equal(await resting(), true);
    findings.learn(PROJECT, inspection('zip-gap'));
    assert.deepEqual(await findings.get(PROJECT, SHA, NAME), inspection('zip-gap'));
  });

  it('does not rest for a year because a clock was a year ahead', async () => {
    now += 365 * 86_400 * SECOND;
    for (let time = 0; time < 3; time += 1)
      await findings.put(PROJECT, inspection('inspection-failed'));
    assert.equal(await resting(), true);
    now -= 365 * 86_400 * SECOND;
    assert.equal(await resting(), false);
  });

  it('takes a bounded memory, whatever was found before it broke off', async () => {
    const codes = Array.from({ length: 100_000 }, () => 'pth-executable');
    for (let time = 0; time < 2; time += 1)
      await findings.put(PROJECT, inspection(...codes, 'inspection-limit-time'));
    const kept = (await findings.get(PROJECT, SHA, NAME))!;
    assert.equal(kept.findings.length, 100);
    assert.equal(kept.findings.at(-1)!.code, 'inspection-limit-time');
  });

  it('says nothing of other bytes, names or projects', async () => {
    for (let time = 0; time < 2; time += 1)
      await findings.put(PROJECT, inspection('inspection-failed'));
    assert.equal(await findings.get('other' as ProjectName, SHA, NAME), undefined);
    assert.equal(await findings.get(PROJECT, 'cd'.repeat(32) as Sha256, NAME), undefined);
    assert.equal(await findings.get(PROJECT, SHA, 'demo-1.0.tar.gz'), undefined);
  });
});
