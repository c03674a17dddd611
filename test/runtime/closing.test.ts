import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Closing } from '../../src/runtime/closing.js';

describe('what was built', () => {
  it('is closed in the reverse order, each once what was built upon it is closed, and only once', async () => {
    const closing = new Closing();
    const closed: string[] = [];
    closing.add(() => closed.push('ground'));
    closing.add(async () => {
      await new Promise((done) => setImmediate(done));
      closed.push('roof');
    });
    await Promise.all([closing.close(), closing.close()]);
    await closing.close();
    assert.deepEqual(closed, ['roof', 'ground']);
  });

  it('is closed as far as it can be where some of it cannot, which is told', async () => {
    const closing = new Closing();
    let closed = false;
    closing.add(() => {
      closed = true;
    });
    closing.add(() => Promise.reject(new Error('the last')));
    closing.add(() => {
      throw new Error('the first');
    });
    await assert.rejects(closing.close(), /the first/);
    assert.equal(closed, true);
  });
});
