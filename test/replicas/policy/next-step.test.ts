import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Bundle, digestOf, pastAfter } from '../../../src/replicas/policy/bundle.js';
import { nextStep, type OwnFolder } from '../../../src/replicas/policy/next-step.js';

const filesOf = (text: string) => [{ name: 'a.yaml', text }];
const digest = (text: string) => digestOf(filesOf(text));
const bundle = (seq: number, text: string, before?: Bundle): Bundle => ({
  seq,
  by: 'b',
  at: 0,
  files: filesOf(text),
  past: pastAfter(before),
});
const ONE = bundle(1, 'one');
const TWO = bundle(2, 'two', ONE);
const THREE = bundle(3, 'three', TWO);
const SETTLED: OwnFolder = { kind: 'settled', digest: digest('one') };
const edited = (text: string, whileAway = false): OwnFolder => ({
  kind: 'edited',
  digest: digest(text),
  whileAway,
});
const fresh = (text: string): OwnFolder => ({ kind: 'new', digest: digest(text) });

/** What is done, and with which policy. */
function step(
  there: Bundle | undefined,
  held: Bundle | undefined,
  own: OwnFolder,
  highest = 0,
): string {
  const next = nextStep({ there, held, own, highest });
  if (next.kind === 'nothing') return 'nothing';
  if (next.kind === 'publish') return `publish after ${next.after?.seq ?? 0}`;
  return `${next.kind} ${next.bundle.files[0]?.text}`;
}

describe('a policy that replicas share', () => {
  it('is the first edit’s, then the next one’s', () => {
    assert.equal(step(undefined, undefined, fresh('one')), 'publish after 0');
    assert.equal(step(ONE, ONE, SETTLED), 'nothing');
    assert.equal(step(TWO, ONE, SETTLED), 'take two');
    assert.equal(step(TWO, TWO, edited('new')), 'publish after 2');
  });

  it('goes on holding where Redis has lost it, or has an older one', () => {
    assert.equal(step(undefined, TWO, SETTLED), 'put-back two');
    assert.equal(step(ONE, TWO, SETTLED), 'put-back two');
    assert.equal(step(ONE, TWO, edited('new')), 'publish after 2');
  });

  it('is no old one for a replica that is new, where others say that they hold a later one', () => {
    assert.equal(step(ONE, undefined, fresh('mine'), 2), 'nothing');
    assert.equal(step(undefined, undefined, fresh('mine'), 2), 'nothing');
    assert.equal(step(TWO, undefined, fresh('mine'), 2), 'publish after 2');
  });

  it('is the folder’s of a new replica if nobody has had that before', () => {
    assert.equal(step(THREE, undefined, fresh('a new edit')), 'publish after 3');
    assert.equal(step(THREE, undefined, fresh('one')), 'take three');
    assert.equal(step(THREE, undefined, fresh('three')), 'adopt three');
  });

  it('is not what a folder has become by a replica’s absence, if that has been in force before', () => {
    assert.equal(step(THREE, ONE, edited('two', true)), 'take three');
    assert.equal(step(THREE, ONE, edited('a new edit', true)), 'publish after 3');
    // Seen to be taken back, while the replica was there.
    assert.equal(step(THREE, THREE, edited('two')), 'publish after 3');
    // Nothing has happened meanwhile: somebody has taken an edit back.
    assert.equal(step(THREE, THREE, edited('two', true)), 'publish after 3');
  });

  it('is the same one for everybody where two have the same number', () => {
    const [a, b] = [bundle(2, 'a', ONE), bundle(2, 'b', ONE)];
    const chosen = step(a, b, SETTLED) === 'take a' ? 'a' : 'b';
    assert.equal(step(a, b, SETTLED), chosen === 'a' ? 'take a' : 'put-back b');
    assert.equal(step(b, a, SETTLED), chosen === 'a' ? 'put-back a' : 'take b');
  });

  it('gets the number of an edit that others have made as well, and no other', () => {
    assert.equal(step(TWO, ONE, edited('two')), 'adopt two');
  });
});
