import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { releaseKey } from '../../src/domain/release-key.js';
import { parseVersion, sameVersion } from '../../src/domain/version.js';

const NUMBERS = [
  '0',
  '1',
  '1.0',
  '1.0.0',
  '1.0.1',
  '1.0.10',
  '10',
  '1.00',
  '0.0',
  '1!1',
  '1!1.0',
  '0!1',
];
const ENDS = ['', 'a0', 'a1', 'rc1', '.post0', '-1', '.post1', '.dev0', 'b2.post3.dev4'];
const LOCALS = ['', '+local', '+Local.0', '+1.0', '+1', '+a_01', '+a.1'];

describe('the key of a release', () => {
  it('is the same exactly where PEP 440 takes two versions for one', () => {
    const versions = NUMBERS.flatMap((number) =>
      ENDS.flatMap((end) => LOCALS.map((local) => parseVersion(`${number}${end}${local}`)!)),
    );
    assert.ok(versions.every((version) => version !== undefined));
    let same = 0;
    for (const one of versions)
      for (const other of versions) {
        const equal = sameVersion(one, other);
        same += Number(equal);
        assert.equal(releaseKey(one) === releaseKey(other), equal, `${one} and ${other}`);
      }
    assert.ok(same > versions.length);
  });
});
