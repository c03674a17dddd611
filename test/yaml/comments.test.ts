import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { withoutComments } from '../../src/yaml/comments.js';

/** Each text, and what is left of it. */
const CASES: readonly (readonly [what: string, text: string, plain: string])[] = [
  ['of its own line', '# one\na: 1\n  # two\n', '\na: 1\n\n'],
  ['behind a value', 'a: 1 # one\nb: [1, # two\n 2]\n', 'a: 1\nb: [1,\n 2]\n'],
  ['behind a key without a value', 'a: # one\n  b: 1\n', 'a:\n  b: 1\n'],
  [
    'behind a block text',
    'a: |  # one\n  # not\n  text # not\n# two\nb: 1\n',
    'a: |\n  # not\n  text # not\n\nb: 1\n',
  ],
  ['in the middle of a plain text', 'a: one\n  # two\n', 'a: one\n\n'],
  ['in a file of Windows', '# one\r\na: 1 # two\r\n', '\r\na: 1\r\n'],
  ['behind a byte order mark', '\ufeff# one\na: 1\n', '\ufeff\na: 1\n'],
  ['behind a directive', '%YAML 1.2 # one\n---\na: 1\n', '%YAML 1.2\n---\na: 1\n'],
  [
    'behind a control character that the lexer uses itself',
    'a: \u001f # one\nb: \u0002 # two\n',
    'a: \u001f\nb: \u0002\n',
  ],
  ['in a file that is no YAML', 'a: [1 # one\nb: }\n# two', 'a: [1\nb: }\n'],
];

describe('what is left of a YAML file without its comments', () => {
  for (const [what, text, plain] of CASES)
    it(`has none that stands ${what}, and all else on its line`, () => {
      assert.equal(withoutComments(text), plain);
    });

  it('keeps what begins with # within a text', () => {
    const text = 'a: "# one"\nb: \'# two\'\nc: x#y\nd: "x\n  # three"\ne: >-\n  # four\n';
    assert.equal(withoutComments(text), text);
  });

  it('means what it meant, in every policy that is shipped', () => {
    const folders = ['policies', 'policies/examples'];
    const files = folders.flatMap((folder) =>
      readdirSync(folder)
        .filter((name) => name.endsWith('.yaml'))
        .map((name) => `${folder}/${name}`),
    );
    assert.ok(files.length > 3);
    for (const file of files) {
      const text = readFileSync(file, 'utf8');
      const plain = withoutComments(text);
      assert.notEqual(plain, text, file);
      assert.deepEqual(parse(plain), parse(text), file);
      assert.doesNotMatch(plain, /^\s*#|\s#\s/m, file);
    }
  });
});
