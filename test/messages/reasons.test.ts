import { it } from 'node:test';
import * as reasons from '../../src/messages/reasons.js';
import { assertWords } from '../support/messages.js';

it('reasons have these words', () => {
  assertWords(reasons, {
    letThroughFix: [[['CVE-1'], 'let through: fixes CVE-1']],
    noStrongDigest: [
      [
        ['a.whl'],
        'the index declares no sha256, sha384 or sha512 for a.whl (set "unhashed: pin" on the upstream to pin the first bytes it sends)',
      ],
    ],
    invalidDigest: [[['sha512'], 'a sha512 that is invalid']],
    twoDigests: [[['sha512'], 'two different digests of sha512']],
    pinsDiffer: [
      [
        ['a.whl', 'sha256 1', 'sha256 2'],
        'replicas pinned different bytes for a.whl (sha256 1, sha256 2); remove one of the pins',
      ],
    ],
    differsFromPin: [
      [
        ['a.whl', 'sha256 1', 'sha256 2'],
        'the index now has different bytes for a.whl (sha256 1) than the pinned ones (sha256 2); check them, then remove the pin',
      ],
    ],
    replacedAtIndex: [
      [
        ['a.whl', 'sha256', 'sha256 1', ['waiver', 'setting']],
        'a.whl was replaced at its index (another sha256 than the pinned sha256 1); check it, then waive its sha256 or set "reuploads: accept"',
      ],
      [
        ['a.whl', 'sha512', 'sha256 1', ['pin']],
        'a.whl was replaced at its index (another sha512 than the pinned sha256 1); check it, then remove its pin',
      ],
    ],
    notAttested: [
      [
        ['a.whl', 'it has none', 'others are'],
        'a.whl is not attested (it has none), but others are',
      ],
    ],
    newAndAlike: [[['a', '3 days old', 'it is like b'], 'a is 3 days old, and it is like b']],
    itsName: [[['is like a'], 'its name is like a']],
    isOneEditFrom: [[['a', 'a module'], 'is one edit from a, a module']],
    hasAnotherAffix: [[['a', 'a module'], 'differs only in a prefix or suffix from a, a module']],
    usedHere: [[[5], 'which at least 5 users here install']],
    WELL_KNOWN: 'a well-known project',
    partnerReason: [
      [
        ['lib/', 'opens', 'a.whl', 'a'],
        'a module in its folder lib runs at every Python start, because a.whl adds the folder to the import path; deny a if it is malicious',
      ],
      [
        ['lib/', 'fills', 'a.whl', 'a'],
        'it adds the folder lib to the import path, where a module of a.whl would run at every Python start; deny a if it is malicious',
      ],
      [
        ['a/b', 'opens', 'a.whl', 'a'],
        'it contains the native module a.b, which the namespace file of a.whl runs at every Python start; deny a if it is malicious',
      ],
      [
        ['a/b', 'fills', 'a.whl', 'a'],
        'its namespace file would run the native module a.b of a.whl at every Python start; deny a if it is malicious',
      ],
    ],
  });
});
