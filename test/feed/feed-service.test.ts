import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { runFeedSync } from '../../src/cli/feed.js';
import { createOutput } from '../../src/cli/output.js';
import type { ProjectName } from '../../src/domain/project-name.js';
import { readFeedIndex } from '../../src/feed/feed-file.js';
import { FeedService, type FeedServiceParts } from '../../src/feed/feed-service.js';
import { folderSource } from '../../src/feed/feed-source.js';
import { syncFeed } from '../../src/feed/sync-feed.js';
import { buildWheel } from '../support/distributions.js';
import { Mirror, osv } from '../support/osv-mirror.js';
import { startGate } from '../support/wheelgate.js';

const DAY = 86_400_000;
const SILENT = createOutput({ write: () => {} }, { write: () => {} }, {});

describe('a feed that is kept up to date', () => {
  let folder: string;
  let looks: (() => Promise<void>)[];
  let failures: unknown[];
  let readable: boolean[];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-feed-service-'));
    looks = [];
    failures = [];
    readable = [];
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const file = () => join(folder, 'feed.jsonl');
  const write = (version: string) =>
    writeFile(
      join(folder, 'MAL-1.json'),
      JSON.stringify(osv('MAL-1', 'demo', { versions: [version] })),
    );
  const sync = (now: number) => syncFeed(folderSource(folder), file(), now);
  const service = (parts: Partial<FeedServiceParts> = {}) =>
    new FeedService({
      file: file(),
      interval: 3_600_000,
      sync: () => sync(1),
      random: () => 0.5,
      onSynced: () => {},
      onFailed: (error) => failures.push(error),
      onReadable: (isReadable) => readable.push(isReadable),
      every: (_milliseconds, look) => {
        looks.push(look);
        return () => {};
      },
      ...parts,
    });
  /** A change counts once it was seen to have come to rest. */
  const look = async () => {
    for (let time = 0; time < 2; time++) for (const one of looks) await one();
  };

  /** Nothing here holds up the process, so that it cannot be waited for idly. */
  const until = async (isSo: () => boolean) => {
    while (!isSo()) await new Promise(setImmediate);
  };

  it('takes over what another process syncs, without a sync of its own', async (t) => {
    await write('1.0');
    const feed = service();
    t.after(() => feed.close());
    let changes = 0;
    feed.onChange(() => changes++);
    await feed.start();
    assert.equal(feed.current.syncedAt, undefined);
    await sync(5);
    await look();
    assert.equal(feed.current.find('demo' as ProjectName, '1.0')?.id, 'MAL-1');

    await write('2.0');
    await sync(6);
    await look();
    assert.equal(feed.current.find('demo' as ProjectName, '1.0'), undefined);
    assert.equal(feed.current.find('demo' as ProjectName, '2.0')?.id, 'MAL-1');
    assert.equal(changes, 2);

    // The same content, known to be current later; then a file that is torn.
    const { revision } = feed.current;
    await sync(7);
    await look();
    assert.deepEqual([feed.current.revision, feed.current.syncedAt], [revision, 7]);
    await writeFile(file(), '{"format":1,');
    await look();
    assert.equal(feed.current.revision, revision);
    assert.deepEqual(failures, []);
  });

  const losses: Readonly<Record<string, () => Promise<void>>> = {
    removed: () => rm(file()),
    torn: () => writeFile(file(), '{"format":1,'),
    'a folder': async () => {
      await rm(file());
      await mkdir(file());
    },
  };
  for (const [how, lose] of Object.entries(losses))
    it(`says that its file is ${how}, goes on by what it read, and reads it once it is there again`, async (t) => {
      await write('1.0');
      await sync(5);
      const feed = service({ sync: () => Promise.reject(new Error('the index is down')) });
      t.after(() => feed.close());
      await feed.start();
      await lose();
      await look();
      // A sync that would write it anew is tried at once.
      await until(() => failures.length > 0);
      assert.equal(feed.current.find('demo' as ProjectName, '1.0')?.id, 'MAL-1');
      assert.deepEqual(readable, [false]);
      await rm(file(), { recursive: true, force: true });
      await write('2.0');
      await sync(6);
      for (let time = 0; time < 3; time++) await look();
      assert.equal(feed.current.find('demo' as ProjectName, '2.0')?.id, 'MAL-1');
      assert.deepEqual(readable, [false, true]);
    });

  it('writes its file anew at once where it was removed', async (t) => {
    await write('1.0');
    await sync(5);
    const feed = service();
    t.after(() => feed.close());
    await feed.start();
    await rm(file());
    await write('2.0');
    await look();
    await until(() => feed.current.find('demo' as ProjectName, '2.0')?.id === 'MAL-1');
    assert.equal((await readFeedIndex(file()))?.syncedAt, feed.current.syncedAt);
  });

  it('does not miss a file that was never there', async (t) => {
    const feed = service();
    t.after(() => feed.close());
    await feed.start();
    await look();
    assert.deepEqual(readable, []);
  });

  it('waits for long intervals, which no timer can count, in parts', async (t) => {
    await write('1.0');
    const delays: number[] = [];
    let fire = () => {};
    t.mock.method(globalThis, 'setTimeout', (callback: () => void, delay: number) => {
      delays.push(delay);
      fire = callback;
      return { unref: () => {} };
    });
    const feed = service({ interval: 60 * DAY });
    t.after(() => feed.close());
    await feed.sync();
    let syncs = 0;
    feed.onChange(() => syncs++);
    for (let part = 0; part < 2; part++) fire();
    assert.ok(delays.every((delay) => delay < 2 ** 31));
    assert.equal(Math.round(delays.reduce((sum, delay) => sum + delay, 0)), 60 * DAY);
    assert.equal(syncs, 0);
  });
});

describe('wheelgate feed sync beside a server', () => {
  it('does not make it blind', async (t) => {
    const mirror = new Mirror();
    await mirror.start();
    t.after(() => mirror.stop());
    const [fine, bad] = ['1.0', '1.1'].map((version) => buildWheel({ name: 'bad', version }));
    mirror.put(osv('MAL-1', 'other', { versions: ['1.0'] }), '2026-10-01T00:00:00Z');
    const gate = await startGate({ config: { 'feed.url': mirror.url } });
    t.after(() => gate.close());
    gate.upstream.addProject('bad', [fine!, bad!]);
    await gate.gate.feed!.sync();
    const status = async (wheel: { filename: string }) =>
      (await gate.get(`/files/bad/${wheel.filename}`)).status;
    assert.equal(await status(bad!), 200);

    mirror.put(osv('MAL-2', 'bad', { versions: ['1.1'] }), '2026-10-02T00:00:00Z');
    const options = { data: join(gate.folder, 'data'), url: mirror.url };
    assert.equal(await runFeedSync(options, SILENT), 0);
    // There is nothing new for the server, but what lies in the file.
    await gate.gate.feed!.sync();
    assert.equal(await status(bad!), 403);
    assert.equal(await status(fine!), 200);
  });
});
