import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { describe, it } from 'node:test';
import { collect } from '../../src/runtime/collect.js';

describe('collecting a body', () => {
  const pieces = () => Readable.from([Buffer.from('ab'), Buffer.from('cd')], { objectMode: false });
  const tooLong = () => new RangeError('too long');

  it('gives all of one that is as long as it may be', async () => {
    assert.equal((await collect(pieces(), 4, tooLong)).toString(), 'abcd');
    assert.equal((await collect(Readable.from([]), 0, tooLong)).length, 0);
  });

  it("fails with the caller's error on one that is longer, and lets go of its stream", async () => {
    const body = pieces();
    await assert.rejects(collect(body, 3, tooLong), new RangeError('too long'));
    assert.equal(body.destroyed, true);
  });

  it('fails with what the body fails with', async () => {
    const body = Readable.from(
      (async function* () {
        yield Buffer.from('a');
        throw new Error('cut off');
      })(),
    );
    await assert.rejects(collect(body, 3, tooLong), /cut off/);
  });
});
