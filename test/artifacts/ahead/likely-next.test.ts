import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { likelyNext } from '../../../src/artifacts/ahead/likely-next.js';
import { parseDistributionFilename } from '../../../src/domain/distribution-filename.js';
import type { IndexFile } from '../../../src/domain/project-page.js';

/** A file of a page, after `+` one that was fetched, after `-` one that is refused. */
function next(...texts: readonly string[]): string[] {
  const files = texts.map((text) => {
    const name = parseDistributionFilename(text.replace(/^[+-]/, ''))!;
    return { name, filename: name.filename } as IndexFile;
  });
  const page = {
    files,
    isInspected: (index: number) => texts[index]!.startsWith('+'),
    isOffered: (index: number) => !texts[index]!.startsWith('-'),
  };
  return likelyNext(page).map(({ filename }) => filename);
}

const OLD = '+demo-1.0-py3-none-any.whl';

describe('the next files that clients will ask for', () => {
  it('are those of the newest release that are like what was fetched before', () => {
    assert.deepEqual(
      next(
        'demo-2.0-cp312-cp312-win_amd64.whl',
        'demo-2.0-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl',
        'demo-2.0-cp313-cp313-manylinux_2_17_x86_64.manylinux2014_x86_64.whl',
        'demo-2.0.tar.gz',
        '+demo-1.0-cp312-cp312-manylinux_2_17_x86_64.whl',
        'demo-1.0-cp312-cp312-win_amd64.whl',
      ),
      ['demo-2.0-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl'],
    );
  });

  for (const [what, texts, expected] of [
    ['nothing was fetched', ['demo-2.0-py3-none-any.whl', 'demo-1.0-py3-none-any.whl'], []],
    ['no release is newer', ['demo-0.9-py3-none-any.whl', OLD], []],
    ['the newest was fetched', ['+demo-2.0-py3-none-any.whl', OLD], []],
    ['its kind is another', ['demo-2.0.tar.gz', OLD], []],
    ['no tag is the same', ['demo-2.0-py4-none-any.whl', OLD], []],
    ['it is refused', ['-demo-2.0-py3-none-any.whl', OLD], []],
    ['it is an early one', ['demo-2.0rc1-py3-none-any.whl', OLD], []],
    [
      'one tag is the same',
      ['demo-2.0-py2.py3-none-any.whl', OLD],
      ['demo-2.0-py2.py3-none-any.whl'],
    ],
    [
      'tags are spelt in another case',
      ['demo-2.0-PY3-none-any.whl', OLD],
      ['demo-2.0-PY3-none-any.whl'],
    ],
    ['an sdist was fetched', ['demo-2.0.zip', '+demo-1.0.tar.gz'], ['demo-2.0.zip']],
    [
      'the newest is refused, and the one before it is new',
      ['-demo-3.0-py3-none-any.whl', 'demo-2.0-py3-none-any.whl', OLD],
      ['demo-2.0-py3-none-any.whl'],
    ],
    [
      'a part of the newest was fetched',
      ['+demo-2.0-py3-none-any.whl', 'demo-2.0.tar.gz', OLD, '+demo-1.0.tar.gz'],
      ['demo-2.0.tar.gz'],
    ],
    [
      'only what was fetched of the last release counts',
      ['demo-3.0-py3-none-any.whl', 'demo-3.0.tar.gz', '+demo-2.0.tar.gz', OLD],
      ['demo-3.0.tar.gz'],
    ],
    [
      'one release is spelt in two ways',
      [
        'demo-2.0.tar.gz',
        '+demo-1.0.tar.gz',
        '+demo-1.0.0-py3-none-any.whl',
        'demo-2-py3-none-any.whl',
      ],
      ['demo-2.0.tar.gz', 'demo-2-py3-none-any.whl'],
    ],
  ] as const)
    it(`are ${expected.join(' and ') || 'none'} where ${what}`, () => {
      assert.deepEqual(next(...texts), expected);
    });

  it('are none where a filename stands for thousands of tags', () => {
    const many = (count: number) => Array.from({ length: count }, (_, at) => `t${at}`).join('.');
    const wide = `${many(17)}-${many(16)}-any.whl`;
    assert.deepEqual(next(`demo-2.0-${wide}`, `+demo-1.0-${wide}`), []);
    const narrow = `${many(16)}-${many(16)}-any.whl`;
    assert.deepEqual(next(`demo-2.0-${narrow}`, `+demo-1.0-${narrow}`), [`demo-2.0-${narrow}`]);
  });
});
