import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { lockDifference } from '../../../src/audit/locks/lock-difference.js';
import type { LockedRelease } from '../../../src/audit/locks/locked.js';
import type { Sha256 } from '../../../src/domain/digest.js';
import type { ProjectName } from '../../../src/domain/project-name.js';

/** `a==1.0` or `a==1.0@f`, whose one file has a digest of that digit. */
function locked(...texts: string[]): LockedRelease[] {
  return texts.map((text) => {
    const [, project, version, digit] = /^(.+)==([^@]+)(?:@(.))?$/.exec(text)!;
    const sha256 = digit === undefined ? undefined : (digit.repeat(64) as Sha256);
    const files = [{ filename: undefined, sha256, uploadTime: undefined }];
    return { project: project as ProjectName, version: version!, files, file: 'lock', line: 1 };
  });
}

function said(before: string[], after: string[]): string[] {
  return lockDifference(locked(...before), locked(...after)).map(
    ({ kind, project, from, to }) => `${kind} ${project} ${from?.version} ${to?.version}`,
  );
}

describe('what a change of a lock does', () => {
  for (const [what, before, after, expected] of [
    ['nothing', ['a==1.0', 'b==2'], ['b==2', 'a==1.0'], []],
    ['nothing where a version is spelt otherwise', ['a==1.0'], ['a==1.0.0'], []],
    ['adds a project', ['a==1'], ['a==1', 'b==2'], ['added b undefined 2']],
    ['removes one', ['a==1', 'b==2'], ['a==1'], ['removed b 2 undefined']],
    ['moves one to another version', ['a==1'], ['a==2'], ['moved a 1 2']],
    ['moves one of two versions of a project', ['a==1', 'a==2'], ['a==1', 'a==3'], ['moved a 2 3']],
    ['adds a version beside another', ['a==1'], ['a==1', 'a==2'], ['added a undefined 2']],
    ['allows another file of the same release', ['a==1@c'], ['a==1@d'], ['files a 1 1']],
    ['narrows nothing down by digests where there were none', ['a==1'], ['a==1@d'], []],
  ] as const)
    it(`is seen where it ${what}`, () => {
      assert.deepEqual(said([...before], [...after]), expected);
    });
});
