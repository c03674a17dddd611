import assert from 'node:assert/strict';
import type { SeenBytes } from '../../../src/domain/integrity.js';
import type { ProjectName } from '../../../src/domain/project-name.js';
import type { SeenStore } from '../../../src/store/seen-store.js';
import { type Contract, keeps, type Subject } from '../../support/contract.js';
import { A, B, C, ODD_NAMES } from './names.js';

export interface SeenSubject extends Subject {
  readonly store: SeenStore;
  /** Another one upon the same place. */
  again(): SeenStore;
}

const DEMO = 'demo' as ProjectName;

export function seen(filename: string, more: Partial<SeenBytes> = {}): SeenBytes {
  return { filename, sha256: A, hashes: {}, ...more };
}

/** Asked for alone, and with its project. */
async function assertSeen(store: SeenStore, expected: SeenBytes): Promise<void> {
  assert.deepEqual(await store.read('pypi', DEMO, expected.filename), expected);
  assert.deepEqual((await store.known('pypi', DEMO)).get(expected.filename), expected);
}

export const SEEN: Contract<SeenSubject> = {
  'what was put comes back with its digests, also for the next process': async ({
    store,
    again,
  }) => {
    const all = [
      seen('a.whl'),
      seen('b.whl', { hashes: { sha512: 'ab'.repeat(64) }, declared: true }),
    ];
    for (const one of all) await store.put('pypi', DEMO, one);
    for (const reader of [store, again()]) for (const one of all) await assertSeen(reader, one);
  },

  'what was never put is absent, at another upstream, too': async ({ store, again }) => {
    await store.put('pypi', DEMO, seen('a.whl'));
    for (const reader of [store, again()])
      for (const [upstream, project, filename] of [
        ['inner', DEMO, 'a.whl'],
        ['pypi', 'other' as ProjectName, 'a.whl'],
        ['pypi', DEMO, 'b.whl'],
      ] as const) {
        assert.equal(await reader.read(upstream, project, filename), undefined);
        assert.equal((await reader.known(upstream, project)).get(filename), undefined);
      }
  },

  'each of several filenames has its own, whatever they are': async ({ store, again }) => {
    const all = ODD_NAMES.map((filename, at) => seen(filename, { sha256: [A, B, C][at % 3]! }));
    for (const one of all) await store.put('pypi', DEMO, one);
    for (const reader of [store, again()]) {
      for (const one of all) await assertSeen(reader, one);
      assert.equal((await reader.known('pypi', DEMO)).size, all.length);
    }
  },

  'the last that was put holds': async ({ store, again }) => {
    await store.put('pypi', DEMO, seen('a.whl', { declared: true }));
    await store.put('pypi', DEMO, seen('a.whl', { sha256: B }));
    for (const reader of [store, again()]) await assertSeen(reader, seen('a.whl', { sha256: B }));
  },

  'all that is put at once is kept': async ({ store, again }) => {
    const all = Array.from({ length: 20 }, (_, at) => seen(`${at}.whl`));
    const beside = again();
    await Promise.all(all.map((one, at) => (at % 2 === 0 ? store : beside).put('pypi', DEMO, one)));
    const next = again();
    for (const one of all) await assertSeen(next, one);
  },

  'what is known is at hand, and the same object, until something changes': async ({ store }) => {
    assert.equal(store.peek('pypi', DEMO), undefined);
    const first = await store.known('pypi', DEMO);
    assert.equal(await store.known('pypi', DEMO), first);
    assert.equal(store.peek('pypi', DEMO), first);
    await store.put('pypi', DEMO, seen('a.whl'));
    assert.notEqual(await store.known('pypi', DEMO), first);
    assert.equal(first.size, 0);
    assert.equal(store.peek('pypi', DEMO), await store.known('pypi', DEMO));
  },

  'what is learnt is known here, also to who is just asking, and is not kept': async ({
    store,
    again,
  }) => {
    const [before, during, after] = ['a', 'b', 'c'].map((name) =>
      seen(`${name}.whl`, { other: B }),
    );
    await again().put('pypi', DEMO, seen('a.whl'));
    const asking = store.known('pypi', DEMO);
    store.learn('pypi', DEMO, during!);
    await asking;
    await new Promise(setImmediate);
    for (const one of [before!, after!]) store.learn('pypi', DEMO, one);
    const known = await store.known('pypi', DEMO);
    for (const one of [before!, during!, after!]) assert.deepEqual(known.get(one.filename), one);
    assert.deepEqual(await store.read('pypi', DEMO, 'a.whl'), seen('a.whl'));
    assert.equal(await store.read('pypi', DEMO, 'c.whl'), undefined);
    assert.equal((await again().known('pypi', DEMO)).size, 1);
  },

  'what is forgotten is read anew, of one project or of all': async ({ store, again }) => {
    const other = 'other' as ProjectName;
    const sizes = async () => [
      (await store.known('pypi', DEMO)).size,
      (await store.known('pypi', other)).size,
    ];
    assert.deepEqual(await sizes(), [0, 0]);
    for (const project of [DEMO, other]) await again().put('pypi', project, seen('a.whl'));
    store.learn('pypi', DEMO, seen('b.whl'));
    store.forget('pypi', DEMO);
    assert.deepEqual(await sizes(), [1, 0]);
    store.forget();
    assert.deepEqual(await sizes(), [1, 1]);
  },
};

export function seenStoreContract(
  name: string,
  make: () => SeenSubject | Promise<SeenSubject>,
): void {
  keeps(name, SEEN, make);
}
