import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { type Decided, Hearing } from '../../../src/replicas/decisions/hearing.js';
import { Runs } from '../../../src/replicas/decisions/runs.js';
import { lastKnown, rosterOf } from '../../../src/replicas/members/roster.js';

const START = Date.UTC(2026, 10, 1);
const SECOND = 1_000;
const timeOf = (at: number) => new Date(at).toISOString();

describe('what was heard of the other replicas', () => {
  let now: number;
  let backAt: number;
  let runs: Runs;
  let hearing: Hearing;
  beforeEach(() => {
    now = START;
    backAt = Number.NEGATIVE_INFINITY;
    runs = new Runs();
    hearing = new Hearing({ self: 'a', runs, now: () => now });
  });

  const entry = (name: string, at: number, decided?: Decided) => ({
    ...{ name, instance: `${name} 1`, revision: 'r', version: '1', inspector: 1 },
    ...{ started: START, at, decided },
  });
  /** What the others have said of themselves last. */
  const words = (others: readonly ReturnType<typeof entry>[]) =>
    hearing.note(rosterOf(others, entry('a', now), now, backAt));
  /** A decision of a replica comes in; without a line its end. */
  const hear = (replica: string, run: string, number: number, line: string | undefined = 'x') =>
    runs.note({ replica, run, number, line, record: undefined } as never, timeOf(now));
  const end = (replica: string, run: string, number: number) =>
    runs.note({ replica, run, number, line: undefined }, timeOf(now));
  const said = () =>
    hearing
      .missing()
      .map(({ replica = 'any', why, from }) => `${replica} ${why} ${seconds(from)}`.trim());
  const seconds = (from: string | undefined) =>
    from === undefined ? '' : (Date.parse(from) - START) / SECOND;
  const after = (time: number) => {
    now = START + time * SECOND;
  };

  it('is unknown until Redis was read for the first time, and whole from then on', () => {
    assert.deepEqual(said(), ['any late 0']);
    hearing.answered();
    assert.deepEqual(said(), []);
  });

  it('is named as soon as Redis does not answer: from when on, of whom, and when each was last heard of', () => {
    hearing.answered();
    hear('b', 'r', 1);
    words([entry('b', now, { run: 'r', number: 1 }), entry('c', now, { run: 's', number: 0 })]);
    after(4);
    hearing.answered();
    after(5);
    hearing.failed();
    assert.deepEqual(said(), ['b redis 0', 'c redis 0', 'any redis 4']);
    assert.equal(hearing.missing()[0]!.heard, timeOf(START));
    // What is known of the others is not of now.
    hearing.note(lastKnown([entry('b', START)], entry('a', now), START));
    assert.equal(said().length, 3);
  });

  it('is whole again once each has said how far it has decided since, and that was heard', () => {
    hearing.answered();
    hear('b', 'r', 1);
    words([entry('b', now, { run: 'r', number: 1 })]);
    after(5);
    hearing.failed();
    after(60);
    assert.equal(hearing.answered(), true);
    backAt = now;
    assert.deepEqual(said(), ['b late 0']);
    // What it said before Redis was away proves nothing.
    words([entry('b', START + 3 * SECOND, { run: 'r', number: 1 })]);
    assert.deepEqual(said(), ['b late 3']);
    after(65);
    words([entry('b', now, { run: 'r', number: 4 })]);
    assert.deepEqual(said(), ['b late 3']);
    for (const number of [2, 3]) hear('b', 'r', number);
    hearing.answered();
    assert.deepEqual(said(), ['b late 3']);
    hear('b', 'r', 4);
    hearing.answered();
    assert.deepEqual(said(), []);
  });

  it('stays named where decisions are lost', () => {
    hearing.answered();
    hear('b', 'r', 1);
    words([entry('b', now, { run: 'r', number: 1 })]);
    after(5);
    hearing.failed();
    after(60);
    hearing.answered();
    words([entry('b', now, { run: 'r', number: 4 })]);
    hear('b', 'r', 4);
    hearing.answered();
    assert.deepEqual(hearing.missing(), [
      { replica: 'b', from: timeOf(START), to: timeOf(now), why: 'lost' },
    ]);
  });

  it('names one that began while Redis was away until all of it was heard', () => {
    hearing.answered();
    after(5);
    hearing.failed();
    after(60);
    hearing.answered();
    words([entry('c', now, { run: 's', number: 2 })]);
    assert.deepEqual(said(), ['c late 0']);
    hear('c', 's', 1);
    hear('c', 's', 2);
    hearing.answered();
    assert.deepEqual(said(), []);
  });

  it('names one that is silent from when it last was heard whole, and as lost an hour later', () => {
    hearing.answered();
    hear('b', 'r', 7);
    words([entry('b', now, { run: 'r', number: 7 })]);
    hearing.answered();
    runs.wholeUpTo('b', timeOf(now));
    const word = entry('b', now, { run: 'r', number: 7 });
    after(14);
    words([word]);
    assert.deepEqual(said().slice(1), []);
    after(16);
    words([word]);
    assert.deepEqual(said().slice(1), ['b silent 0']);
    // Redis has lost its word.
    words([]);
    assert.deepEqual(said().slice(1), ['b silent 0']);
    after(3_601);
    words([]);
    assert.deepEqual(hearing.missing(), [
      { replica: 'b', from: timeOf(START), to: timeOf(START + 3_600 * SECOND), why: 'lost' },
    ]);
  });

  it('names one that never decided anything while it is silent, and one that has ended not at all', () => {
    hearing.answered();
    hear('b', 'r', 1);
    words([entry('b', now, { run: 'r', number: 1 }), entry('c', now, { run: 's', number: 0 })]);
    after(5);
    end('b', 'r', 1);
    after(20);
    words([entry('c', START, { run: 's', number: 0 })]);
    assert.deepEqual(said(), ['c silent 0']);
  });

  it('names one whose decisions do not arrive though it is there', () => {
    hearing.answered();
    hear('b', 'r', 1);
    words([entry('b', now, { run: 'r', number: 1 })]);
    for (const time of [5, 10, 15, 20]) {
      after(time);
      words([entry('b', now, { run: 'r', number: time })]);
      hearing.answered();
    }
    assert.deepEqual(said(), ['b late 0']);
  });

  it('waits for the next decision of one that does not say how far it is, after Redis was away', () => {
    hearing.answered();
    hear('b', 'r', 3);
    words([entry('b', now)]);
    assert.deepEqual(said().slice(1), []);
    after(5);
    hearing.failed();
    after(6);
    hearing.answered();
    after(7);
    words([entry('b', now)]);
    assert.deepEqual(said().slice(1), ['b late 0']);
    hear('b', 'r', 4);
    hearing.answered();
    assert.deepEqual(said().slice(1), []);
  });

  it('names after a restart without Redis those of whom something was heard before', () => {
    hearing.answered();
    hear('b', 'r', 1);
    words([entry('b', now, { run: 'r', number: 1 })]);
    hear('c', 's', 1);
    end('c', 's', 1);
    after(30);
    const kept = new Runs(JSON.parse(JSON.stringify(runs)));
    hearing = new Hearing({ self: 'a', runs: kept, now: () => now });
    hearing.failed();
    assert.deepEqual(said(), ['b redis 0', 'any redis 30']);
  });
});
