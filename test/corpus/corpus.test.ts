import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FINDING_CODES, knowledgeOf } from '../../src/domain/finding-codes.js';
import { codesOf, inspectBytes } from '../support/inspection/inspect.js';
import type { CorpusCase } from './case.js';
import { CORPUS } from './corpus.js';

/** What the shipped policy does with a case. */
function doesWith(refused: CorpusCase['refused']): 'allows' | 'warns' | 'refuses' {
  if (refused === undefined) return 'allows';
  return knowledgeOf(refused)?.byDefault === 'warn' ? 'warns' : 'refuses';
}

describe('corpus', () => {
  for (const { name, filename, bytes, refused } of CORPUS) {
    it(`${doesWith(refused)}: ${name}`, async () => {
      const codes = codesOf(await inspectBytes(filename, bytes));
      if (refused === undefined) assert.deepEqual(codes, []);
      else assert.ok(codes.includes(refused), `expected ${refused}, found ${codes.join(', ')}`);
    });
  }

  it('is as large as was promised, each name once', () => {
    assert.ok(CORPUS.filter(({ refused }) => doesWith(refused) === 'refuses').length >= 120);
    assert.ok(CORPUS.filter((entry) => entry.refused === undefined).length >= 60);
    assert.equal(new Set(CORPUS.map((entry) => entry.name)).size, CORPUS.length);
  });

  it('earns every finding that an archive alone can earn', () => {
    const earned = new Set(CORPUS.map((entry) => entry.refused));
    // These need other limits, a failing worker or a bomb; their tests stand beside what they test.
    const elsewhere = /^inspection-|^archive-unreadable$/;
    const missing = Object.keys(FINDING_CODES).filter(
      (code) => !earned.has(code as never) && !elsewhere.test(code),
    );
    assert.deepEqual(missing, []);
  });
});
