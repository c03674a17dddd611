import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parsePublisherId, publisherId } from '../../src/domain/publisher.js';

describe('a publisher', () => {
  it('is named by its repository or account, in lower case, and read back', () => {
    for (const [publisher, id] of [
      [
        { kind: 'github', repository: 'PyCA/cryptography', workflow: 'x' },
        'github:pyca/cryptography',
      ],
      [{ kind: 'gitlab', repository: 'a/b/C.d', workflow: 'x' }, 'gitlab:a/b/c.d'],
      [{ kind: 'google', email: 'A-1@x.iam' }, 'google:a-1@x.iam'],
    ] as const) {
      assert.equal(publisherId(publisher), id);
      assert.equal(parsePublisherId(id), id);
    }
    assert.equal(parsePublisherId('github:PyCA/cryptography'), 'github:pyca/cryptography');
  });
  it('is not anything else', () => {
    for (const text of [
      '',
      'pyca/cryptography',
      'github:pyca',
      'github:a/b/c',
      'github:a/b@main',
      'https://github.com/a/b',
      'gitlab:a',
      'google:nobody',
      'bitbucket:a/b',
      `github:a/${'b'.repeat(300)}`,
    ])
      assert.equal(parsePublisherId(text), undefined, text);
  });
});
