import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { foldPath } from '../../../src/inspection/archive/member-name.js';
import { findPythons, runPython } from '../../support/python/pythons.js';

/** Every character with all that Unicode calls the same: case, in both senses, composed and decomposed, compatible. */
const SAME = `
import json, sys, unicodedata
json.load(sys.stdin)
pairs = []
for point in range(0x80, 0x110000):
    one = chr(point)
    if unicodedata.category(one) in ("Cn", "Co", "Cs"):
        continue
    forms = {one.casefold(), one.upper(), one.lower(), one.title()}
    forms |= {unicodedata.normalize(form, one) for form in ("NFC", "NFD", "NFKC", "NFKD")}
    pairs += [[one, other] for other in forms if other != one]
print(json.dumps(pairs))
`;

const [python] = findPythons();

describe('the folded form of a name', () => {
  it('is one for all that Unicode calls the same', { skip: python === undefined }, () => {
    const pairs = runPython(python!, SAME, []) as [string, string][];
    const apart = pairs.filter(([one, other]) => foldPath(`a${one}b`) !== foldPath(`a${other}b`));
    assert.ok(pairs.length > 20_000);
    assert.deepEqual(apart, []);
  });

  it('leaves no letter in two cases, and is its own folded form', () => {
    for (const name of [
      'STRASSE',
      'stra\u1e9ee',
      'straße',
      '\ufb01le',
      'SITECU\u017fTOMIZE',
      '\u212aa',
    ])
      assert.equal(foldPath(foldPath(name)), foldPath(name), name);
    assert.equal(foldPath('STRAẞE'), 'strasse');
    assert.equal(foldPath('\ufb01le.PTH'), 'file.pth');
    assert.equal(foldPath('\u212aey'), 'key');
    assert.equal(foldPath('p\u0131p'), 'pip');
    assert.equal(foldPath('x.p\u200dth\u3164'), 'x.pth');
  });

  it('keeps apart what no system takes for one', () => {
    assert.notEqual(foldPath('demo/x'), foldPath('demo_x'));
    assert.notEqual(foldPath('über'), foldPath('uber'));
    assert.notEqual(foldPath('\u0430'), foldPath('a'));
  });
});
