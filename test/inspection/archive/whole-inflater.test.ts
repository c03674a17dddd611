import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { RawInflater } from '../../../src/inspection/archive/raw-inflater.js';
import { inflateWhole, LONGEST_WHOLE } from '../../../src/inspection/archive/whole-inflater.js';

const content = Buffer.from('a content that repeats itself, and then some more of it. '.repeat(9));
const packed = deflateRawSync(content);

/** What reading a stream piece by piece gives; undefined where it is no sound one, or not all of it. */
function inPieces(stream: Buffer): Buffer | undefined {
  const inflater = new RawInflater();
  try {
    const found = Buffer.concat([...inflater.write(stream), ...inflater.finish()]);
    return inflater.consumed === stream.length ? found : undefined;
  } catch {
    return undefined;
  }
}

describe('inflating a short content at once', () => {
  it('gives the content, one after the other, up to the longest', () => {
    for (const length of [1, 7, 60_000, LONGEST_WHOLE, 0, 300]) {
      const expected = Buffer.from(Array.from({ length }, (_, n) => (n * n) % 251));
      const found = inflateWhole(deflateRawSync(expected), length);
      assert.ok(found?.equals(expected), `${length} bytes`);
    }
  });

  it('gives nothing for a content of another length', () => {
    for (const length of [0, 1, content.length - 1, content.length + 1, LONGEST_WHOLE])
      assert.equal(inflateWhole(packed, length), undefined, `${length} bytes`);
  });

  it('gives nothing where the stream is cut short, empty, or does not end the bytes', () => {
    for (let end = 0; end < packed.length; end += 1)
      assert.equal(inflateWhole(packed.subarray(0, end), content.length), undefined, `${end}`);
    for (const more of [Buffer.alloc(1), packed])
      assert.equal(inflateWhole(Buffer.concat([packed, more]), content.length), undefined);
  });

  it('takes no altered stream for another one than reading it piece by piece does', () => {
    let taken = 0;
    for (let at = 0; at < packed.length; at += 1)
      for (let bit = 0; bit < 8; bit += 1) {
        const altered = Buffer.from(packed);
        altered[at]! ^= 1 << bit;
        const expected = inPieces(altered);
        const found = inflateWhole(altered, expected?.length ?? content.length);
        assert.deepEqual(found, expected, `bit ${bit} of byte ${at}`);
        if (found !== undefined) taken += 1;
      }
    assert.ok(taken > 0, 'some of them are sound, and of another content');
    assert.ok(inflateWhole(packed, content.length)?.equals(content));
  });
});
