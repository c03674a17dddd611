import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Agreement } from '../../../src/replicas/members/agreement.js';
import {
  type KnownReplica,
  type Roster,
  revisionsOf,
} from '../../../src/replicas/members/roster.js';
import { troublesOf } from '../../../src/replicas/members/troubles.js';

function roster(
  revisions: Readonly<Record<string, string>>,
  silent: readonly string[] = [],
): Roster {
  const replicas = Object.entries(revisions).map(([name, revision]): KnownReplica => {
    const state = name === 'a' ? 'self' : silent.includes(name) ? 'silent' : 'present';
    const common = { instance: 'i', version: '1', inspector: 4, started: 0, at: 0 };
    return { name, revision, state, ...common };
  });
  return { replicas, namesakes: [] };
}

describe('replicas that go by different policies', () => {
  const SAME = roster({ a: 'r1', b: 'r1' });
  const OTHER = roster({ a: 'r1', b: 'r2' });

  it('are one policy too many after two minutes, and no more once they agree', () => {
    let now = 0;
    const agreement = new Agreement({ clock: () => now, onOther: () => {} });
    agreement.note(OTHER);
    now = 119_000;
    agreement.note(OTHER);
    assert.equal(agreement.isBroken, false);
    now = 121_000;
    assert.equal(agreement.isBroken, true);
    const [said] = troublesOf({ roster: OTHER, disagree: true, ahead: 0 });
    assert.equal(said, 'the replicas use different policies: a r1, b r2');
    agreement.note(SAME);
    assert.equal(agreement.isBroken, false);
    agreement.note(OTHER);
    now = 200_000;
    assert.equal(agreement.isBroken, false);
  });

  it('have the others look at their files once for each policy that is new', () => {
    let looks = 0;
    const onOther = () => {
      looks += 1;
    };
    const agreement = new Agreement({ clock: () => 0, onOther });
    for (const seen of [SAME, OTHER, OTHER, SAME, OTHER, roster({ a: 'r1', b: 'r3' })])
      agreement.note(seen);
    assert.equal(looks, 3);
  });

  it('are counted by policy, without those that are silent', () => {
    const seen = roster({ a: 'r1', b: 'r2', c: 'r2', d: 'r3' }, ['d']);
    assert.deepEqual(
      [...revisionsOf(seen)],
      [
        ['r1', 1],
        ['r2', 2],
      ],
    );
  });
});
