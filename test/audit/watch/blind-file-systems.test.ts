import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { SitePath } from '../../../src/audit/environment/site-path.js';
import { blindFileSystem } from '../../../src/audit/watch/blind-file-systems.js';

const SITE = ['/a' as SitePath, '/b' as SitePath];

/** One folder's number after the other's. */
const numbers =
  (...types: number[]) =>
  async () => ({ type: types.shift()! });

describe('the file systems that give no notice', { skip: process.platform !== 'linux' }, () => {
  it('are told by their numbers, whichever site folder lies there', async () => {
    const EXT4 = 0xef53;
    for (const [type, name] of [
      [0x6969, 'nfs'],
      [0xff534d42, 'cifs'],
      [0xfe534d42, 'smb2'],
      [0x65735546, 'fuse'],
      [0x01021997, '9p'],
    ] as const)
      assert.equal(await blindFileSystem(SITE, numbers(EXT4, type)), name);
  });

  it('are told where the number comes with a sign', async () => {
    assert.equal(await blindFileSystem(SITE, numbers(0xff534d42 | 0, 0)), 'cifs');
  });

  it('are none of those of a disk, of memory and of a container', async () => {
    for (const type of [0xef53, 0x58465342, 0x9123683e, 0x01021994, 0x794c7630, 0x2fc12fc1])
      assert.equal(await blindFileSystem(SITE, numbers(type, type)), undefined);
  });

  it("are nobody's guess where the system does not say", async () => {
    const fails = () => Promise.reject(new Error('ENOSYS'));
    assert.equal(await blindFileSystem(SITE, fails), undefined);
  });
});
