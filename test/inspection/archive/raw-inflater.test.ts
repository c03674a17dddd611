import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { DeflateError, RawInflater } from '../../../src/inspection/archive/raw-inflater.js';

const content = Buffer.from(Array.from({ length: 400_000 }, (_, n) => (n * n) % 251));
const packed = deflateRawSync(content);

/** Inflates a stream that is cut into pieces of so many bytes. */
function inflate(inflater: RawInflater, stream: Buffer, length: number): Buffer {
  const out: Buffer[] = [];
  for (let at = 0; at < stream.length; at += length)
    out.push(...inflater.write(stream.subarray(at, at + length)));
  out.push(...inflater.finish());
  return Buffer.concat(out);
}

describe('inflating in this thread', () => {
  it('gives the content, however the stream is cut', () => {
    for (const length of [1, 7, 1000, packed.length]) {
      const inflater = new RawInflater();
      assert.ok(inflate(inflater, packed, length).equals(content));
      assert.equal(inflater.consumed, packed.length);
    }
  });

  it('stops at the end of the stream, whatever follows', () => {
    for (const more of [Buffer.from('more'), packed]) {
      const inflater = new RawInflater();
      assert.ok(inflate(inflater, Buffer.concat([packed, more]), 1000).equals(content));
      assert.equal(inflater.consumed, packed.length);
    }
  });

  it('takes one stream after the other', () => {
    const inflater = new RawInflater();
    for (const text of ['one', 'another', '']) {
      inflater.reset();
      const stream = deflateRawSync(text);
      assert.equal(inflate(inflater, stream, 4).toString(), text);
      assert.equal(inflater.consumed, stream.length);
    }
  });

  it('says so where a stream is damaged, cut short or empty', () => {
    const damaged = Buffer.from(packed);
    damaged.fill(0xff, 100, 200);
    for (const stream of [damaged, packed.subarray(0, -1), Buffer.alloc(0)])
      assert.throws(() => inflate(new RawInflater(), stream, 1000), DeflateError);
  });

  it('leaves what it gave alone when it goes on', () => {
    const inflater = new RawInflater();
    const first = Buffer.concat(inflater.write(packed.subarray(0, 500)));
    const held = inflater.write(packed.subarray(500, 1000));
    const copy = Buffer.concat(held);
    inflater.write(packed.subarray(1000, 1500));
    assert.ok(Buffer.concat(held).equals(copy));
    assert.ok(content.subarray(0, first.length).equals(first));
  });
});
