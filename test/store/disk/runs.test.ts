import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { writeAtomically } from '../../../src/store/disk/atomic-file.js';
import { DiskSpool } from '../../../src/store/disk/disk-spool.js';
import { removeOldVersions } from '../../../src/store/disk/old-versions.js';
import { Runs } from '../../../src/store/disk/runs.js';
import { OWN_RUN } from '../../../src/store/disk/temporary-name.js';
import { TemporarySpool } from '../../../src/store/disk/temporary-spool.js';

const OTHER = '0123456789abcdef';

describe('what runs leave in a data folder', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-runs-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function put(...names: string[]): Promise<void> {
    for (const name of names) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), '');
    }
  }

  async function files(): Promise<string[]> {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
      .sort();
  }

  const runsIn = (isLocked: boolean) => {
    const folders = ['attestations', 'digests', 'findings', 'pages', 'pins'];
    return new Runs({
      spool: join(folder, 'spool'),
      root: folder,
      temporary: join(folder, 'tmp'),
      folders: folders.map((name) => join(folder, name)),
      isLocked,
    });
  };

  async function sweep(runs: Runs): Promise<void> {
    await runs.sweepSpool();
    await runs.sweepReplacing();
  }

  /** Unfinished files of a run, one in each place where there may be some. */
  const of = (run: string) => [
    `spool/${run}-${randomUUID()}`,
    `.${run}-${randomUUID()}.tmp`,
    `attestations/v2/demo/.${run}-${randomUUID()}.tmp`,
    `digests/pypi/demo/.${run}-${randomUUID()}.tmp`,
    `findings/v4/demo/.${run}-${randomUUID()}.tmp`,
    `pages/pypi/.${run}-${randomUUID()}.tmp`,
    `pins/pypi/demo/.${run}-${randomUUID()}.tmp`,
  ];

  it('is removed once they are over, in every folder, and not while they live', async () => {
    const own = of(OWN_RUN);
    const workers = of(OTHER);
    await put(...own, ...workers, ...of('fedcba9876543210'));
    const runs = runsIn(true);
    runs.begin(OTHER);
    await sweep(runs);
    assert.deepEqual(await files(), [...own, ...workers].sort());
    await runs.end(OTHER);
    assert.deepEqual(await files(), own.sort());
  });

  it('is removed where an earlier version has named it, by a process that may live again', async () => {
    await put(
      `spool/${process.pid}-${randomUUID()}`,
      `spool/${process.ppid}-${randomUUID()}`,
      `findings/v4/demo/.${randomUUID()}.tmp`,
    );
    await sweep(runsIn(true));
    assert.deepEqual(await files(), []);
  });

  it('goes, and nothing that only looks like it', async () => {
    const others = [
      'spool/notes.txt',
      `spool/.${OTHER}-${randomUUID()}.tmp`,
      `pages/pypi/${OTHER}-${randomUUID()}`,
      `pages/pypi/0-${randomUUID()}`,
      'pins/pypi/demo/demo-1.0.tmp',
      `elsewhere/.${OTHER}-${randomUUID()}.tmp`,
      `blobs/ab/.${OTHER}-${randomUUID()}.tmp`,
    ].sort();
    await put(...others);
    await sweep(runsIn(true));
    assert.deepEqual(await files(), others);
  });

  it('is removed after a day only where others may be at work, unless it is known to be over', async () => {
    const long = of('fedcba9876543210');
    const fresh = of('0000000000000000');
    const workers = of(OTHER);
    await put(...long, ...fresh, ...workers);
    const yesterday = new Date(Date.now() - 25 * 3_600_000);
    for (const name of long) await utimes(join(folder, name), yesterday, yesterday);
    const runs = runsIn(false);
    await sweep(runs);
    assert.deepEqual(await files(), [...fresh, ...workers].sort());
    await runs.end(OTHER);
    assert.deepEqual(await files(), fresh.sort());
  });

  it('is named by the run where it comes from', async () => {
    const file = await new DiskSpool(join(folder, 'spool')).create();
    assert.ok((await readdir(join(folder, 'spool')))[0]!.startsWith(`${OWN_RUN}-`));
    await runsIn(true).end(OWN_RUN);
    assert.deepEqual(await files(), []);
    await file.discard();
    await writeAtomically(join(folder, 'pins', 'a'), Buffer.from('whole'));
    assert.deepEqual(await files(), ['pins/a']);
  });

  it('stops nothing where the folder is empty, or a file stands in a folder\u2019s place', async () => {
    await sweep(runsIn(true));
    assert.deepEqual(await readdir(folder), ['spool']);
    await put('findings');
    await sweep(runsIn(true));
    await removeOldVersions(join(folder, 'findings'), 4);
    assert.deepEqual(await files(), ['findings']);
  });

  it('in records of old versions goes, but for the last one before', async () => {
    await put(
      ...[1, 2, 3, 4, 5].map((version) => `findings/v${version}/demo/a.json`),
      'findings/x',
    );
    await removeOldVersions(join(folder, 'findings'), 4);
    assert.deepEqual(await files(), [
      'findings/v3/demo/a.json',
      'findings/v4/demo/a.json',
      'findings/v5/demo/a.json',
      'findings/x',
    ]);
  });

  it('is removed from the folder for temporary files, too, and nothing of another data folder there', async () => {
    const temporary = join(folder, 'tmp');
    await mkdir(temporary);
    const [own, other] = [
      new TemporarySpool(temporary, folder),
      new TemporarySpool(temporary, join(folder, 'other')),
    ];
    await own.create();
    await other.create();
    const [living] = (await readdir(temporary)).filter((name) => name.includes(OWN_RUN));
    // As a process leaves it that was killed.
    for (const name of await readdir(temporary))
      await mkdir(join(temporary, name.replace(OWN_RUN, OTHER)));
    const before = await readdir(temporary);
    await runsIn(false).sweepSpool();
    assert.deepEqual(await readdir(temporary), before, 'who knows who lives?');
    await runsIn(true).sweepSpool();
    const left = await readdir(temporary);
    assert.equal(left.length, 3);
    assert.ok(left.includes(living!));
    await own.close();
    await other.close();
  });
});
