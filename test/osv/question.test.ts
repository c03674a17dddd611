import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BadQuestion, readBatch, readQuestion } from '../../src/osv/question.js';

const six = (rest: object) => ({ package: { name: 'six', ecosystem: 'PyPI' }, ...rest });

describe('a question in the form of OSV', () => {
  for (const [what, body, project, version, skip] of [
    ['a name and a version', six({ version: '1.16.0' }), 'six', '1.16.0', 0],
    [
      'a name as somebody spelt it',
      { ...six({}), package: { name: 'Foo_.Bar', ecosystem: 'PyPI' } },
      'foo-bar',
      undefined,
      0,
    ],
    ['a version in another spelling', six({ version: 'v1.0.RC1' }), 'six', '1.0rc1', 0],
    [
      'a purl with its version',
      { package: { purl: 'pkg:pypi/six@1.16.0?a=b#c' } },
      'six',
      '1.16.0',
      0,
    ],
    [
      'a purl with a local version, escaped',
      { package: { purl: 'pkg:pypi/torch@2.0%2Bcpu' } },
      'torch',
      '2.0+cpu',
      0,
    ],
    [
      'a purl and a version beside it',
      { package: { purl: 'pkg:pypi/six' }, version: '1.0' },
      'six',
      '1.0',
      0,
    ],
    ['where to go on', six({ page_token: '100' }), 'six', undefined, 100],
    [
      'a version that is none: any release may be meant',
      six({ version: 'latest' }),
      'six',
      undefined,
      0,
    ],
    [
      'a version that is none, of many digits and letters',
      six({ version: `${'1'.repeat(5_000)}x` }),
      'six',
      undefined,
      0,
    ],
    [
      'a version that is none, in a purl',
      { package: { purl: 'pkg:pypi/six@latest' } },
      'six',
      undefined,
      0,
    ],
    [
      'extras and white space at the name',
      { package: { name: ' six [extra] ', ecosystem: 'pypi' }, version: '1' },
      'six',
      '1',
      0,
    ],
    ['slashes around a purl’s name', { package: { purl: 'PKG:pypi//six/@1' } }, 'six', '1', 0],
    [
      'empty texts, as if they were not given',
      six({ version: '', page_token: '' }),
      'six',
      undefined,
      0,
    ],
  ] as const)
    it(`is read with ${what}`, () => {
      const isInvalid = what.startsWith('a version that is none');
      assert.deepEqual(readQuestion(body), { project, version, isInvalid, skip });
    });

  for (const [what, body] of [
    ['a commit', { commit: 'abc' }],
    ['another ecosystem', { package: { name: 'six', ecosystem: 'npm' }, version: '1' }],
    ['a purl of another ecosystem', { package: { purl: 'pkg:npm/%40a/b@1' } }],
    ['what is no name', { package: { name: '../etc', ecosystem: 'PyPI' }, version: '1' }],
  ] as const)
    it(`is one of which nothing is known, with ${what}`, () => {
      assert.equal(readQuestion(body), undefined);
    });

  for (const [what, body] of [
    ['a list', []],
    ['nothing of a package', {}],
    ['a name without its ecosystem', { package: { name: 'six' } }],
    ['a purl that is none', { package: { purl: 'six@1' } }],
    ['a purl and a name', { package: { purl: 'pkg:pypi/six', name: 'six' } }],
    ['two versions', { package: { purl: 'pkg:pypi/six@1' }, version: '1' }],
    ['a version that is no text', six({ version: 1 })],
    ['a token that is none', six({ page_token: '-1' })],
    ['a purl whose name holds its version', { package: { purl: 'pkg:pypi/six%401.17.0' } }],
    ['a purl with a folder', { package: { purl: 'pkg:pypi/a/six@1' } }],
    ['a broken escape', { package: { purl: 'pkg:pypi/six@%zz' } }],
  ] as const)
    it(`is wrong with ${what}`, () => {
      assert.throws(() => readQuestion(body), BadQuestion);
    });

  it('stands in a batch of up to a thousand', () => {
    const queries = Array.from({ length: 1_000 }, () => six({ version: '1' }));
    assert.equal(readBatch({ queries }).length, 1_000);
    assert.throws(() => readBatch({ queries: [...queries, six({})] }), /Too many/);
    assert.throws(() => readBatch({}), BadQuestion);
  });
});
