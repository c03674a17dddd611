import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Seal } from '../../src/replicas/seal.js';

const seal = new Seal('the secret that all replicas have');
const name = ['wg:1:findings', 'six-1.17.0-py2.py3-none-any.whl'];
const value = Buffer.from('{"findings":[]}');

describe('a sealed value', () => {
  it('is what was sealed, under its own name and with the same secret', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.uint8Array(), (anyName, anyValue) => {
        const opened = seal.open(anyName, seal.seal(anyName, anyValue));
        assert.deepEqual(opened, Buffer.from(anyValue));
      }),
    );
  });

  it('is nothing under any other name, where names run together too', () => {
    const sealed = seal.seal(['a', 'b'], value);
    for (const other of [['ab'], ['a', 'b', ''], ['a'], ['b', 'a'], ['a","b'], []])
      assert.equal(seal.open(other, sealed), undefined);
  });

  it('is nothing with another secret', () => {
    assert.equal(new Seal('another').open(name, seal.seal(name, value)), undefined);
  });

  it('is nothing with any one byte changed, cut off or added', () => {
    const sealed = seal.seal(name, value);
    for (const index of sealed.keys()) {
      const changed = Buffer.from(sealed);
      changed[index] = changed[index]! ^ 1;
      assert.equal(seal.open(name, changed), undefined);
      assert.equal(seal.open(name, sealed.subarray(0, index)), undefined);
    }
    assert.equal(seal.open(name, Buffer.concat([sealed, Buffer.from(' ')])), undefined);
    assert.deepEqual(seal.open(name, sealed), value);
  });
});
