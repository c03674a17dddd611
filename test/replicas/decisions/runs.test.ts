import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Runs } from '../../../src/replicas/decisions/runs.js';

const at = (minute: number) => `2026-11-20T12:${String(minute).padStart(2, '0')}:00.000Z`;
const told = (number: number, run = 'r') => ({ replica: 'b', run, number, line: '{}' });
/** That a run ends, and how many decisions it has made. */
const ended = (number: number) => ({ ...told(number), line: undefined });

/** One of whose run two decisions were heard, and then all may have been missed for a while. */
function inDoubt(): Runs {
  const runs = new Runs();
  runs.note(told(1), at(1));
  runs.note(told(2), at(2));
  runs.missAll(at(5));
  return runs;
}

const DOUBT = new Map([['b', { from: at(2), to: at(5) }]]);

describe('decisions that may have been missed while nobody heard', () => {
  it('are named, also after a restart', () => {
    assert.deepEqual(inDoubt().gaps, DOUBT);
    assert.deepEqual(new Runs(JSON.parse(JSON.stringify(inDoubt()))).gaps, DOUBT);
  });

  it('are none once the next decision of the same run is heard, or its end without another', () => {
    for (const next of [told(3), ended(2)]) {
      const runs = inDoubt();
      assert.equal(runs.note(next, at(6)), 0);
      assert.equal(runs.gaps.size, 0);
    }
  });

  it('are none once the replica says that it has decided no more', () => {
    const runs = inDoubt();
    runs.wholeUpTo('b', at(6));
    assert.equal(runs.gaps.size, 0);
  });

  it('are lost where the next one has a later number', () => {
    const runs = inDoubt();
    assert.equal(runs.note(told(4), at(6)), 1);
    assert.deepEqual(runs.gaps.get('b'), { from: at(2), to: at(6) });
    runs.note(told(5), at(7));
    runs.wholeUpTo('b', at(8));
    assert.equal(runs.gaps.size, 1, 'what is lost stays lost');
  });

  it('stay in doubt where another run is heard, whose predecessor had ended: one between may have come and gone', () => {
    const runs = new Runs();
    runs.note(told(1), at(1));
    runs.note(ended(1), at(2));
    runs.missAll(at(5));
    runs.note(told(1, 'later'), at(6));
    runs.wholeUpTo('b', at(7));
    assert.deepEqual(runs.gaps, DOUBT);
  });

  it('do not hide what was lost before', () => {
    const runs = new Runs();
    runs.note(told(1), at(1));
    runs.note(told(3), at(2));
    runs.missAll(at(5));
    runs.note(told(4), at(6));
    assert.deepEqual(runs.gaps.get('b'), { from: at(1), to: at(2) });
  });
});
