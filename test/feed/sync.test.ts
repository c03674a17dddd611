import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, beforeEach, describe, it } from 'node:test';
import { Agent } from 'undici';
import type { ProjectName } from '../../src/domain/project-name.js';
import { readFeedIndex } from '../../src/feed/feed-file.js';
import { makeFeedSource } from '../../src/feed/make-feed-source.js';
import { syncFeed } from '../../src/feed/sync-feed.js';
import { buildZip } from '../support/archives/zip.js';
import { Mirror, osv } from '../support/osv-mirror.js';

const NOW = Date.UTC(2026, 10, 1);
const day = (number: number) => `2026-10-0${number}T00:00:00Z`;

describe('a sync of the malware feed', () => {
  let folder: string;
  let file: string;
  let mirror: Mirror;
  const dispatcher = new Agent();
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-sync-'));
    file = join(folder, 'data', 'feed.jsonl');
    mirror = new Mirror();
    await mirror.start();
    mirror.put(osv('MAL-1', 'one', { versions: ['1.0'] }), day(1));
    mirror.put(osv('MAL-2', 'two', { versions: ['1.0'] }), day(2));
    mirror.put(osv('PYSEC-3', 'three', { versions: ['1.0'] }), day(3));
  });
  afterEach(async () => {
    mirror.stop();
    await rm(folder, { recursive: true, force: true });
  });
  after(() => dispatcher.close());

  const sync = (place = mirror.url) => syncFeed(makeFeedSource(place, dispatcher), file, NOW);
  /** The projects that version 1.0 of is malware by the file. */
  const named = async (...projects: string[]) => {
    const feed = (await readFeedIndex(file))!;
    return projects.filter((project) => feed.find(project as ProjectName, '1.0') !== undefined);
  };

  it('goes on without a record that is not there, keeps what it said, and asks again', async () => {
    await sync();
    mirror.put(osv('MAL-1', 'one', { versions: ['1.0', '2.0'] }), day(4));
    mirror.put(osv('MAL-4', 'four', { versions: ['1.0'] }), day(5));
    mirror.put(osv('MAL-5', 'five', { versions: ['1.0'] }), day(6));
    mirror.absent.add('MAL-1').add('MAL-4');
    const { how, missing, added } = await sync();
    assert.deepEqual({ how, missing, added }, { how: 'changes', missing: 2, added: 1 });
    assert.deepEqual(await named('one', 'two', 'four', 'five'), ['one', 'two', 'five']);

    mirror.asked.length = 0;
    mirror.absent.clear();
    assert.deepEqual([(await sync()).missing, (await sync()).how], [0, 'unchanged']);
    assert.deepEqual(await named('one', 'four'), ['one', 'four']);
    assert.deepEqual(mirror.asked, [
      'modified_id.csv',
      'MAL-4.json',
      'MAL-1.json',
      'modified_id.csv',
    ]);
  });

  it('goes on without a record that cannot be read, alone and in the archive', async () => {
    await sync();
    mirror.put(osv('MAL-4', 'four', { versions: ['1.0'] }), day(4));
    mirror.put(osv('MAL-5', 'five', { versions: ['1.0'] }), day(5));
    mirror.instead.set('MAL-4.json', '<html>try later</html>');
    assert.deepEqual([(await sync()).missing, await named('four', 'five')], [1, ['five']]);

    await rm(file);
    const members = ['MAL-1', 'MAL-2'].map((id) => ({
      name: `${id}.json`,
      content: id === 'MAL-1' ? '{"id": 1}' : JSON.stringify(osv(id, 'two', { versions: ['1.0'] })),
    }));
    mirror.instead.set('all.zip', buildZip(members));
    mirror.instead.delete('MAL-4.json');
    const whole = await sync();
    assert.deepEqual([whole.how, await named('one', 'two')], ['whole', ['two']]);
    // What the archive lacks is asked for by name.
    assert.equal((await sync()).missing, 0);
    assert.deepEqual(await named('one', 'two', 'four', 'five'), ['one', 'two', 'four', 'five']);
  });

  it('fails where most of the archive is no record, and where it is damaged', async () => {
    await sync();
    const before = await readFile(file, 'utf8');
    const junk = Array.from({ length: 40 }, (_, index) => ({
      name: `MAL-${index}.json`,
      content: '[]',
    }));
    const damaged = buildZip([
      { name: 'MAL-9.json', content: JSON.stringify(osv('MAL-9', 'nine')), stored: true },
    ]);
    damaged[damaged.indexOf('"MAL-9"') + 5]! ^= 1;
    for (const archive of [buildZip(junk), damaged]) {
      mirror.instead.set('all.zip', archive);
      mirror.instead.set('modified_id.csv', '');
      await assert.rejects(sync(), /not (?:an )?OSV record|checksum/);
      assert.equal(await readFile(file, 'utf8'), before);
    }
  });

  it('has the archive decide where the list of changes is none', async () => {
    await sync();
    for (const list of ['<html>', `${day(4)} MAL-4\n`, 'MAL-4,2026\n']) {
      mirror.instead.set('modified_id.csv', list);
      assert.deepEqual([(await sync()).how, await named('one', 'two')], ['whole', ['one', 'two']]);
    }
  });

  it('finds every change, whatever the order and the times of the list', async () => {
    await sync();
    mirror.put(osv('MAL-4', 'four', { versions: ['1.0'] }), day(3));
    mirror.put(osv('MAL-5', 'five', { versions: ['1.0'] }), '2026-09-01T00:00:00.5Z');
    mirror.put(osv('MAL-2', 'two', { versions: ['1.0', '3.0'] }), day(1));
    const lines = [...mirror.records.values()].map(
      ({ record, modified }) => `${modified},${record.id}`,
    );
    mirror.instead.set('modified_id.csv', lines.join('\r\n'));
    const { added, changed } = await sync();
    assert.deepEqual([added, changed, (await sync()).how], [2, 1, 'unchanged']);
  });

  it('has the archive decide where a record is no longer listed', async () => {
    await sync();
    mirror.instead.set('modified_id.csv', `${day(2)},MAL-2\n`);
    assert.deepEqual([(await sync()).how, await named('one', 'two')], ['whole', ['one', 'two']]);
    mirror.instead.clear();
    mirror.records.delete('MAL-1');
    const { how, removed } = await sync();
    assert.deepEqual([how, removed, await named('one', 'two')], ['whole', 1, ['two']]);
  });

  it('does without a list where a mirror has none', async () => {
    mirror.absent.add('MAL-2');
    const csv = 'modified_id.csv';
    mirror.missing.add(csv);
    assert.deepEqual([(await sync()).how, (await sync()).how], ['whole', 'whole']);
    mirror.missing.add('all.zip');
    await assert.rejects(sync(), /no http.*all\.zip/);
  });

  it('gives another revision for another content, and the same for the same', async () => {
    const records = join(folder, 'records');
    await mkdir(join(records, 'demo'), { recursive: true });
    const write = (version: string) =>
      writeFile(
        join(records, 'demo', 'MAL-0000-demo.json'),
        JSON.stringify(osv('', 'demo', { versions: [version] })),
      );
    const revisionOf = async () => {
      const { revision } = await sync(records);
      assert.equal((await readFeedIndex(file))!.revision, revision);
      return revision;
    };
    await write('1.0');
    const first = await revisionOf();
    assert.deepEqual(await named('demo'), ['demo']);
    assert.equal(await revisionOf(), first);
    await write('1.1');
    assert.notEqual(await revisionOf(), first);
    assert.deepEqual(await named('demo'), []);
  });

  it('leaves nothing beside the file, and removes what a crash left', async () => {
    await sync();
    const data = join(folder, 'data');
    for (const name of [
      'feed.jsonl.old.part',
      'feed.jsonl.old.zip',
      'feed.jsonl.new.zip',
      'other.zip',
    ])
      await writeFile(join(data, name), '');
    const old = (NOW - 86_400_000) / 1_000;
    for (const name of ['feed.jsonl.old.part', 'feed.jsonl.old.zip', 'other.zip'])
      await utimes(join(data, name), old, old);
    await utimes(join(data, 'feed.jsonl.new.zip'), NOW / 1_000, NOW / 1_000);
    await sync();
    assert.deepEqual((await readdir(data)).sort(), [
      'feed.jsonl',
      'feed.jsonl.new.zip',
      'other.zip',
    ]);
  });
});
