import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { moveFile } from '../../src/runtime/move-file.js';

/** A file system that refuses so many attempts. */
function refusing(platform: NodeJS.Platform, code: string, attempts: number) {
  let made = 0;
  let paused = 0;
  return {
    platform,
    rename: async () => {
      made += 1;
      if (made <= attempts) throw Object.assign(new Error(code), { code });
    },
    pause: async (milliseconds: number) => {
      paused += milliseconds;
    },
    made: () => made,
    paused: () => paused,
  };
}

describe('moving a file', () => {
  for (const code of ['EPERM', 'EACCES', 'EBUSY'])
    it(`tries again on Windows while another program has the file open (${code})`, async () => {
      const parts = refusing('win32', code, 3);
      await moveFile('a', 'b', parts);
      assert.equal(parts.made(), 4);
      assert.ok(parts.paused() > 0);
    });

  it('gives up on Windows within two seconds, with the reason of the system', async () => {
    const parts = refusing('win32', 'EPERM', Infinity);
    await assert.rejects(moveFile('a', 'b', parts), { code: 'EPERM' });
    assert.ok(parts.paused() < 2_000, `${parts.paused()}`);
  });

  it('fails at once on Windows where waiting does not help', async () => {
    const parts = refusing('win32', 'ENOENT', Infinity);
    await assert.rejects(moveFile('a', 'b', parts), { code: 'ENOENT' });
    assert.equal(parts.made(), 1);
  });

  for (const platform of ['linux', 'darwin'] as const)
    it(`fails at once on ${platform}, where an open file hinders nobody`, async () => {
      const parts = refusing(platform, 'EACCES', Infinity);
      await assert.rejects(moveFile('a', 'b', parts), { code: 'EACCES' });
      assert.equal(parts.made(), 1);
    });
});
