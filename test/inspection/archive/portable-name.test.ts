import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { checkPortableName, oddityOf } from '../../../src/inspection/archive/portable-name.js';
import { FindingList } from '../../../src/inspection/finding-list.js';

const RUNS = Number(process.env.FUZZ_RUNS ?? 1500);
const SEED = Number(process.env.FUZZ_SEED ?? 829);

const PIECES = [
  ...['demo', 'x', 'CON', 'aux', 'nul', 'com1', 'LPT\u00b9', 'conin$', '~1', '~', '12'],
  ...['.', '..', ' ', ':', '?', '"', '.py', '.txt', '\u00fc', 'u\u0308', '\u0301', '\u540d'],
  ...['\ud83d\ude00', '\u200d', '\u3164', '\x7f', '\u00a0', 'y'.repeat(250)],
];
const path = fc
  .array(fc.tuple(fc.constantFrom(...PIECES), fc.constantFrom('', '', '/')), {
    minLength: 1,
    maxLength: 8,
  })
  .map((parts) => parts.flat().join(''));

const check = (member: string) => {
  const findings = new FindingList();
  checkPortableName(member, findings);
  return findings.all;
};

describe('a portable name', () => {
  it('is told by one look as segment by segment', () => {
    fc.assert(
      fc.property(path, (member) => {
        const odd = member.replace(/\/$/, '').split('/').map(oddityOf);
        assert.equal(
          check(member).length === 0,
          odd.every((one) => one === undefined),
        );
      }),
      { numRuns: RUNS * 10, seed: SEED },
    );
  });

  it('is what Windows keeps as it is written', () => {
    // Of all characters that a file's name can have on Linux, one by one.
    for (let code = 1; code < 0x80; code++) {
      const character = String.fromCharCode(code);
      if (character === '/' || character === '\\') continue;
      const honest = code >= 0x20 && code < 0x7f && !'<>:"|?*'.includes(character);
      assert.equal(check(`demo/a${character}b.py`).length === 0, honest, `U+${code.toString(16)}`);
    }
  });

  it('costs by its length, however it ends', () => {
    // A look that tries every split of a name would not come to an end here.
    for (const name of ['a', '\u00fc', '1', '\u0301', '~1', ' '])
      assert.ok(check(`demo/${name.repeat(4000)}\u2215`).length > 0);
  });

  it('is looked at once for each kind of oddity, however many segments', () => {
    assert.equal(check('a:b/c:d/e:f').length, 1);
    assert.equal(check('a:b/c./~1').length, 3);
  });
});
