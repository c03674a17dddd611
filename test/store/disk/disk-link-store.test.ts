import assert from 'node:assert/strict';
import { mkdtemp, rename, rm, symlink, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { Sha256 } from '../../../src/domain/digest.js';
import type { ProjectName } from '../../../src/domain/project-name.js';
import type { Linked } from '../../../src/domain/short-id.js';
import { DiskLinkStore } from '../../../src/store/disk/disk-link-store.js';

const sha256 = 'ab'.repeat(32) as Sha256;
const linked = (filename: string): Linked => ({ project: 'demo' as ProjectName, filename, sha256 });
const ID = sha256.slice(0, 10);

describe('what short links mean, on a disk that cannot be read for a while', () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-links-'));
    path = join(folder, 'ab', `${ID}.json`);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** Something that cannot be read stands in the file's place meanwhile; a write would replace it. */
  async function unreadable(meanwhile: () => Promise<void>): Promise<void> {
    await rename(path, `${path}.aside`);
    await symlink(path, path);
    await meanwhile();
    await unlink(path);
    await rename(`${path}.aside`, path);
  }

  it('is not taken for nothing', async () => {
    const store = new DiskLinkStore(folder);
    await store.note(linked('a.whl'));
    await unreadable(() => assert.rejects(store.find(ID), { code: 'ELOOP' }));
    assert.deepEqual(await store.find(ID), [linked('a.whl')]);
    assert.deepEqual(await store.find('0'.repeat(10)), []);
  });

  it('is not written over, and what is to be noted is noted by the next refusal', async () => {
    const store = new DiskLinkStore(folder);
    await store.note(linked('a.whl'));
    await unreadable(() => store.note(linked('b.whl')));
    assert.deepEqual(await store.find(ID), [linked('a.whl')]);
    await store.note(linked('b.whl'));
    assert.deepEqual(await store.find(ID), [linked('a.whl'), linked('b.whl')]);
  });
});
