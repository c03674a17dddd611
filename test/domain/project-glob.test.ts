import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { GlobIndex, parseProjectGlob } from '../../src/domain/project-glob.js';
import type { ProjectName } from '../../src/domain/project-name.js';

const index = (...globs: string[]) =>
  new GlobIndex(globs.map((glob, at) => [parseProjectGlob(glob)!, at] as const));
const found = (some: GlobIndex<number>, name: string) => some.find(name as ProjectName);

describe('values by glob', () => {
  it('are found by name first, then by pattern, each in the order given', () => {
    const some = index('acme-*', 'Acme_X', '*', 'other', 'acme-x');
    for (const _ of [1, 2]) {
      assert.deepEqual(found(some, 'acme-x'), [1, 4, 0, 2]);
      assert.deepEqual(found(some, 'acme-y'), [0, 2]);
      assert.deepEqual(found(some, 'other'), [3, 2]);
    }
    assert.deepEqual(found(index('a'), 'b'), []);
  });
  it('stay right however many projects are asked for', () => {
    const some = index('p*7', 'p7');
    for (const round of [1, 2])
      for (let number = 0; number < 2_500; number += 1) {
        const expected = number === 7 ? [1, 0] : number % 10 === 7 ? [0] : [];
        assert.deepEqual(found(some, `p${number}`), expected, `p${number}, round ${round}`);
      }
  });
});
