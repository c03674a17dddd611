import assert from 'node:assert/strict';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { SitePath } from '../../../src/audit/environment/site-path.js';
import { FolderNotices } from '../../../src/audit/watch/notices.js';

describe('notices of the system', () => {
  let folder: string;
  let notices: FolderNotices;
  let seen: Set<string>;
  let wake: () => void;

  beforeEach(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'wheelgate-notices-')));
    seen = new Set();
    wake = () => {};
    notices = new FolderNotices((path) => {
      seen.add(path.slice(folder.length + 1));
      wake();
    });
    notices.watch([folder as SitePath]);
  });
  afterEach(async () => {
    notices.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Resolves once there was notice of a path. */
  async function noticed(path: string): Promise<void> {
    while (!seen.has(path))
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    seen.clear();
  }

  it('name a new file, and one that is written to', async () => {
    await writeFile(join(folder, 'a.pth'), '');
    await noticed('a.pth');
    await writeFile(join(folder, 'a.pth'), 'import os\n');
    await noticed('a.pth');
  });

  it('reach into a folder that is made later, and made again', async () => {
    for (let time = 0; time < 20; time++) {
      await mkdir(join(folder, 'new'));
      await mkdir(join(folder, 'new', 'deep'));
      await noticed('new');
      // The watch in the folder may stand a moment later: until then nothing is said.
      const writing = (async () => {
        for (let count = 0; !seen.has('new/deep/file'); count++) {
          await writeFile(join(folder, 'new', 'deep', 'file'), String(count));
          await new Promise((resolve) => setImmediate(resolve));
        }
      })();
      await noticed('new/deep/file').catch(assert.fail);
      seen.add('new/deep/file');
      await writing;
      seen.clear();
      await rm(join(folder, 'new'), { recursive: true });
      await noticed('new');
    }
  });

  it('count the folders that cannot be watched', () => {
    notices.watch([folder as SitePath, join(folder, 'nowhere') as SitePath]);
    assert.equal(notices.unwatched, 1);
  });
});
