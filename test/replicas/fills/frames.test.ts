import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type Frame,
  FrameReader,
  headOf,
  LONGEST_BYTES,
  LONGEST_NEWS,
} from '../../../src/replicas/fills/frames.js';

const SENT = Buffer.concat([
  headOf('news', 3),
  Buffer.from('one'),
  headOf('bytes', 4),
  Buffer.from('abcd'),
  headOf('news', 0),
  headOf('bytes', 0),
  headOf('bytes', 2),
  Buffer.from('ef'),
  headOf('news', 3),
  Buffer.from('two'),
]);

describe('frames of a fill', () => {
  it('are read the same in whatever pieces they come', () => {
    for (let size = 1; size <= SENT.length; size += 1) {
      const reader = new FrameReader();
      const frames: Frame[] = [];
      for (let at = 0; at < SENT.length; at += size)
        frames.push(...reader.read(SENT.subarray(at, at + size)));
      const news = frames.flatMap((one) => (one.kind === 'news' ? [one.sealed.toString()] : []));
      assert.deepEqual(news, ['one', '', 'two']);
      const bytes = frames.flatMap((one) => (one.kind === 'bytes' ? [one.bytes.toString()] : []));
      assert.equal(bytes.join(''), 'abcdef');
    }
  });

  it('are none where their type is unknown or they are too long, and are where they are as long as may be', () => {
    const read = (head: Buffer) => [...new FrameReader().read(head)];
    assert.throws(() => read(Buffer.from([3, 0, 0, 0, 1])), /type 3/);
    assert.throws(() => read(headOf('bytes', LONGEST_BYTES + 1)), /a frame of/);
    assert.throws(() => read(headOf('news', LONGEST_NEWS + 1)), /a frame of/);
    assert.deepEqual(read(headOf('bytes', LONGEST_BYTES)), []);
    assert.deepEqual(read(headOf('news', LONGEST_NEWS)), []);
  });
});
