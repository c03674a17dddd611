import assert from 'node:assert/strict';
import type { AttestationRecord } from '../../../src/domain/attestation.js';
import type { ProjectName } from '../../../src/domain/project-name.js';
import type { PublisherId } from '../../../src/domain/publisher.js';
import type { AttestationStore } from '../../../src/store/attestation-store.js';
import { type Contract, keeps, type Subject } from '../../support/contract.js';
import { A, B, C, ODD_NAMES } from './names.js';

export interface AttestationsSubject extends Subject {
  readonly store: AttestationStore;
  /** Another one upon the same place. */
  again(): AttestationStore;
}

const DEMO = 'demo' as ProjectName;
const OTHER = 'other' as ProjectName;

export function record(filename: string, more: Partial<AttestationRecord> = {}): AttestationRecord {
  return {
    filename,
    sha256: A,
    attestation: {
      kind: 'attested',
      publishers: ['github:demo/demo' as PublisherId],
      signings: [
        {
          publisher: 'github:demo/demo' as PublisherId,
          repository: 'Demo/demo',
          workflow: 'release.yml',
          loggedAt: 1_700_000_000_000,
        },
      ],
    },
    askAgainAt: Infinity,
    ...more,
  };
}

async function find(store: AttestationStore, { filename, sha256 }: AttestationRecord, of = DEMO) {
  return (await store.known(of)).find(filename, sha256);
}

export const ATTESTATIONS: Contract<AttestationsSubject> = {
  'what was put comes back with its kind and its end, also for the next process': async ({
    store,
    again,
  }) => {
    const all = [
      record('a.whl'),
      record('b.whl', { attestation: { kind: 'unverifiable', reason: 'odd\n"' }, askAgainAt: 5 }),
      record('c.whl', { attestation: { kind: 'unreachable', reason: '' }, askAgainAt: 0 }),
    ];
    for (const one of all) await store.put(DEMO, one);
    for (const reader of [store, again()])
      for (const one of all) assert.deepEqual(await find(reader, one), one);
  },

  'what was never put is absent, though it be the like of what was': async ({ store, again }) => {
    await store.put(DEMO, record('a.whl'));
    for (const reader of [store, again()]) {
      assert.equal(await find(reader, record('a.whl'), OTHER), undefined);
      assert.equal(await find(reader, record('b.whl')), undefined);
      assert.equal(await find(reader, record('a.whl', { sha256: B })), undefined);
    }
  },

  'each of several digests under one filename has its own': async ({ store, again }) => {
    const all = [A, B, C].map((sha256, askAgainAt) => record('a.whl', { sha256, askAgainAt }));
    for (const one of all) await store.put(DEMO, one);
    for (const reader of [store, again()])
      for (const one of all) assert.deepEqual(await find(reader, one), one);
  },

  'each of several filenames has its own, whatever they are': async ({ store, again }) => {
    const all = ODD_NAMES.map((filename, askAgainAt) => record(filename, { askAgainAt }));
    for (const one of all) await store.put(DEMO, one);
    for (const reader of [store, again()])
      for (const one of all) assert.deepEqual(await find(reader, one), one);
  },

  'the last that was put holds': async ({ store, again }) => {
    const before = { kind: 'unverifiable', reason: 'odd' } as const;
    await store.put(DEMO, record('a.whl', { attestation: before, askAgainAt: 5 }));
    await store.put(DEMO, record('a.whl'));
    for (const reader of [store, again()])
      assert.deepEqual(await find(reader, record('a.whl')), record('a.whl'));
  },

  'all that is put at once is kept': async ({ store, again }) => {
    const all = Array.from({ length: 20 }, (_, askAgainAt) =>
      record(`${askAgainAt}.whl`, { askAgainAt }),
    );
    const beside = again();
    await Promise.all(all.map((one, at) => (at % 2 === 0 ? store : beside).put(DEMO, one)));
    const next = again();
    for (const one of all) assert.deepEqual(await find(next, one), one);
  },

  'what is learnt is known to whoever asks here, also who is just asking': async ({
    store,
    again,
  }) => {
    const [before, during, after] = ['a', 'b', 'c'].map((name) => record(`${name}.whl`));
    await again().put(DEMO, before!);
    const asking = store.known(DEMO);
    store.learn(DEMO, during!);
    await asking;
    await new Promise(setImmediate);
    store.learn(DEMO, after!);
    for (const one of [before!, during!, after!]) assert.deepEqual(await find(store, one), one);
    assert.equal(await find(store, during!, OTHER), undefined);
  },
};

export function attestationStoreContract(
  name: string,
  make: () => AttestationsSubject | Promise<AttestationsSubject>,
): void {
  keeps(name, ATTESTATIONS, make);
}
