import assert from 'node:assert/strict';
import type { Inspection } from '../../../src/domain/finding.js';
import type { ProjectName } from '../../../src/domain/project-name.js';
import { INSPECTOR_VERSION } from '../../../src/inspection/inspector.js';
import type { FindingsStore } from '../../../src/store/findings-store.js';
import { type Contract, keeps, type Subject } from '../../support/contract.js';
import { A, B, C, ODD_NAMES } from './names.js';

export interface FindingsSubject extends Subject {
  readonly store: FindingsStore;
  /** Another one upon the same place, for the same inspections. */
  again(): FindingsStore;
  /** One upon the same place for inspections under other settings. */
  underOtherSettings(): FindingsStore;
}

const DEMO = 'demo' as ProjectName;
const OTHER = 'other' as ProjectName;

export function inspection(filename: string, more: Partial<Inspection> = {}): Inspection {
  return {
    inspector: INSPECTOR_VERSION,
    sha256: A,
    filename,
    size: 10,
    findings: [{ code: 'pth-executable', rule: 'startup-hook', detail: 'x\u2028"y"' }],
    memberDigests: '',
    memberCount: 1,
    inflatedBytes: 1,
    ...more,
  };
}

/** Asked for alone, and with its project. */
async function assertKnown(store: FindingsStore, expected: Inspection): Promise<void> {
  const { sha256, filename } = expected;
  assert.deepEqual(await store.get(DEMO, sha256, filename), expected);
  assert.deepEqual((await store.known(DEMO)).get(sha256, filename), expected);
}

async function assertAbsent(
  store: FindingsStore,
  { sha256, filename }: Inspection,
  project = DEMO,
): Promise<void> {
  assert.equal(await store.get(project, sha256, filename), undefined);
  assert.equal((await store.known(project)).get(sha256, filename), undefined);
}

export const FINDINGS: Contract<FindingsSubject> = {
  'what was put comes back, whole, also for the next process': async ({ store, again }) => {
    const plain = inspection('a.whl');
    const full = inspection('b.whl', {
      findings: [],
      memberDigests: '0123456789abcdef'.repeat(100),
      modules: ['os', 'site'],
    });
    for (const given of [plain, full]) await store.put(DEMO, given);
    for (const reader of [store, again()])
      for (const given of [plain, full]) await assertKnown(reader, given);
  },

  'what was never put is absent, though it be the like of what was': async ({ store, again }) => {
    const put = inspection('a.whl');
    await store.put(DEMO, put);
    for (const reader of [store, again()]) {
      await assertAbsent(reader, put, OTHER);
      await assertAbsent(reader, inspection('b.whl'));
      await assertAbsent(reader, { ...put, sha256: B });
    }
  },

  'each of several digests under one filename has its own': async ({ store, again }) => {
    const all = [A, B, C].map((sha256, size) => inspection('a.whl', { sha256, size }));
    for (const one of all) await store.put(DEMO, one);
    await store.put(DEMO, inspection('b.whl'));
    for (const reader of [store, again()]) {
      for (const one of all) await assertKnown(reader, one);
      const named = (await reader.known(DEMO)).named('a.whl');
      assert.deepEqual(named.map(({ size }) => size).toSorted(), [0, 1, 2]);
    }
  },

  'each of several filenames has its own, whatever they are': async ({ store, again }) => {
    const all = ODD_NAMES.map((filename, size) => inspection(filename, { size }));
    for (const one of all) await store.put(DEMO, one);
    for (const reader of [store, again()]) for (const one of all) await assertKnown(reader, one);
  },

  'the last that was put holds': async ({ store, again }) => {
    await store.put(DEMO, inspection('a.whl', { size: 1 }));
    await store.put(DEMO, inspection('a.whl', { size: 2, findings: [] }));
    for (const reader of [store, again()])
      await assertKnown(reader, inspection('a.whl', { size: 2, findings: [] }));
  },

  'what was seen under other settings is absent': async ({ store, again, underOtherSettings }) => {
    const wide = inspection('wide.whl');
    const narrow = inspection('narrow.whl');
    await store.put(DEMO, wide);
    await underOtherSettings().put(DEMO, narrow);
    for (const reader of [store, again()]) {
      await assertKnown(reader, wide);
      await assertAbsent(reader, narrow);
    }
    await assertKnown(underOtherSettings(), narrow);
    await assertAbsent(underOtherSettings(), wide);
  },

  'all that is put at once is kept': async ({ store, again }) => {
    const all = Array.from({ length: 20 }, (_, size) => inspection(`${size}.whl`, { size }));
    const beside = again();
    await Promise.all(all.map((one, at) => (at % 2 === 0 ? store : beside).put(DEMO, one)));
    for (const one of all) await assertKnown(again(), one);
  },

  'what is put is known to whoever asks here before it is kept': async ({ store }) => {
    const given = inspection('a.whl');
    await store.known(DEMO);
    const putting = store.put(DEMO, given);
    await assertKnown(store, given);
    await putting;
    await assertKnown(store, given);
  },

  'what is learnt is known to whoever asks here, also who is just asking': async ({
    store,
    again,
  }) => {
    const [before, during, after] = ['a', 'b', 'c'].map((name) => inspection(`${name}.whl`));
    await again().put(DEMO, before!);
    const asking = store.known(DEMO);
    store.learn(DEMO, during!);
    await asking;
    await new Promise(setImmediate);
    store.learn(DEMO, after!);
    for (const one of [before!, during!, after!]) await assertKnown(store, one);
    await assertAbsent(store, during!, OTHER);
  },
};

export function findingsContract(
  name: string,
  make: () => FindingsSubject | Promise<FindingsSubject>,
): void {
  keeps(name, FINDINGS, make);
}
