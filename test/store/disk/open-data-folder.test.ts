import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { folderInUse, folderRefused, waitingForFolder } from '../../../src/messages/data-folder.js';
import { DataFolderError } from '../../../src/store/disk/data-folder-error.js';
import { DATA_FORMAT } from '../../../src/store/disk/data-version.js';
import { type DataFolder, openDataFolder } from '../../../src/store/disk/open-data-folder.js';
import { ANY, saying } from '../../support/messages.js';

const IS_ROOT = process.getuid?.() === 0;

describe('a data folder', () => {
  let directory: string;
  let warnings: string[];
  let opened: DataFolder[];
  beforeEach(async () => {
    directory = join(await mkdtemp(join(tmpdir(), 'wheelgate-folder-')), 'data');
    warnings = [];
    opened = [];
  });
  afterEach(async () => {
    for (const folder of opened) folder.close();
    await rm(join(directory, '..'), { recursive: true, force: true });
  });

  const settings = () => ({
    directory,
    lock: join(directory, 'lock'),
    version: join(directory, 'version.json'),
    isOurs: (name: string) => ['blobs', 'decisions.jsonl'].includes(name),
    wheelgate: '1.2.3',
    patience: 0,
  });

  async function open(
    patience = 0,
    onWarning: (sentence: string) => void = (sentence) => void warnings.push(sentence),
  ): Promise<DataFolder> {
    const folder = await openDataFolder({ ...settings(), patience, onWarning });
    opened.push(folder);
    return folder;
  }

  const versionFile = () => join(directory, 'version.json');
  const refusal = (words: RegExp) => (error: unknown) => {
    assert.ok(error instanceof DataFolderError, String(error));
    assert.match(error.message, words);
    assert.ok(error.message.includes(directory), error.message);
    return true;
  };

  it('is made where it is missing, locked, and given a version, without a word', async () => {
    const folder = await open();
    assert.equal(folder.unlocked, undefined);
    assert.deepEqual((await readdir(directory)).sort(), ['lock', 'version.json']);
    assert.deepEqual(JSON.parse(await readFile(versionFile(), 'utf8')), {
      format: DATA_FORMAT,
      wheelgate: '1.2.3',
    });
    assert.deepEqual(warnings, []);
  });

  it('is refused to a second server, with the first one named, until that has closed it', async () => {
    const first = await open();
    await assert.rejects(
      open(),
      refusal(
        new RegExp(`another server .*\\(process ${process.pid} on ${hostname()}, since 20.*--data`),
      ),
    );
    first.close();
    await open();
    assert.deepEqual(warnings, []);
  });

  it('is waited for while another server ends, and says so', async () => {
    const first = await open();
    await open(600_000, (sentence) => {
      warnings.push(sentence);
      first.close();
    });
    assert.equal(warnings.length, 1);
    assert.match(warnings[0]!, saying(waitingForFolder(folderInUse(ANY, ANY), 600)));
  });

  it('takes nothing for a holder that is not one: the lock alone counts', async () => {
    await mkdir(directory);
    const holder = { pid: process.ppid, host: hostname(), since: new Date().toISOString() };
    await writeFile(join(directory, 'lock'), JSON.stringify(holder));
    await open();
    for (const hint of ['', 'torn{', '{"pid":1,"host":"a b\\u001b","since":"x"}', '[]', '0']) {
      await writeFile(join(directory, 'lock'), hint);
      await assert.rejects(
        open(),
        refusal(saying(folderRefused(folderInUse(directory, undefined)))),
      );
    }
  });

  it('of before there were versions is used as it is, and given one', async () => {
    await mkdir(join(directory, 'blobs'), { recursive: true });
    await mkdir(join(directory, 'policies'));
    await writeFile(join(directory, 'decisions.jsonl'), 'x\n');
    await open();
    assert.deepEqual(warnings, []);
    assert.equal(await readFile(join(directory, 'decisions.jsonl'), 'utf8'), 'x\n');
    assert.equal(JSON.parse(await readFile(versionFile(), 'utf8')).format, DATA_FORMAT);
  });

  it('of an older Wheelgate or format is used, and says who was there last', async () => {
    for (const before of [
      { format: DATA_FORMAT, wheelgate: '0.0.1' },
      { format: DATA_FORMAT - 1, wheelgate: '1.2.3' },
    ]) {
      await mkdir(directory, { recursive: true });
      await writeFile(versionFile(), JSON.stringify(before));
      (await open()).close();
      assert.deepEqual(JSON.parse(await readFile(versionFile(), 'utf8')), {
        format: DATA_FORMAT,
        wheelgate: '1.2.3',
      });
    }
  });

  it('of a newer format is refused, left as it is, and free for the newer Wheelgate', async () => {
    await mkdir(directory);
    const newer = JSON.stringify({ format: DATA_FORMAT + 1, wheelgate: '9.0.0' });
    await writeFile(versionFile(), newer);
    for (let time = 0; time < 2; time += 1)
      await assert.rejects(
        open(),
        refusal(/format 2, written by Wheelgate 9\.0\.0.*supports format 1/),
      );
    assert.equal(await readFile(versionFile(), 'utf8'), newer);
  });

  it('whose version cannot be told is refused, with what to do', async () => {
    await mkdir(directory);
    for (const text of ['', '{', '7', 'null', '{"format":"1","wheelgate":"1"}', '{"format":1}']) {
      await writeFile(versionFile(), text);
      await assert.rejects(
        open(),
        refusal(/does not name the data folder.*restore it, or remove it/),
      );
    }
    await rm(versionFile());
    await mkdir(versionFile());
    await assert.rejects(open(), refusal(/version\.json cannot be read: EISDIR/));
  });

  it('that holds foreign files only is told of once, and nothing in it is touched', async () => {
    await mkdir(join(directory, 'thesis'), { recursive: true });
    for (const name of ['a.txt', 'b.txt', 'c.txt']) await writeFile(join(directory, name), name);
    (await open()).close();
    assert.equal(warnings.length, 1);
    assert.match(
      warnings[0]!,
      /not empty .*\(a\.txt, b\.txt, c\.txt and 1 more\): .* left unchanged/,
    );
    await open();
    assert.equal(warnings.length, 1);
    assert.equal(await readFile(join(directory, 'a.txt'), 'utf8'), 'a.txt');
  });

  it('that is a new file system is not told of for what that makes itself', async () => {
    await mkdir(join(directory, 'lost+found'), { recursive: true });
    await writeFile(join(directory, '.hidden'), '');
    await open();
    assert.deepEqual(warnings, []);
  });

  it('that is a file, or lies below one, is refused as no folder', async () => {
    await writeFile(directory, '');
    await assert.rejects(open(), refusal(/cannot be used: not a folder/));
    directory = join(directory, 'deeper');
    await assert.rejects(open(), refusal(/cannot be used: not a folder/));
    directory = join(directory, '..', '..', 'data');
  });

  it('that may not be written to is refused as such', { skip: IS_ROOT && 'root may' }, async () => {
    await mkdir(directory);
    await chmod(directory, 0o500);
    await assert.rejects(open(), refusal(/cannot be used: permission denied/));
  });

  it('in which no lock can be had is used all the same, with a warning', async () => {
    const folder = await openDataFolder({
      ...settings(),
      onWarning: (sentence) => void warnings.push(sentence),
      tryLock: () => {
        throw Object.assign(new Error('no locks available'), { code: 'ENOLCK' });
      },
    });
    opened.push(folder);
    assert.equal(folder.unlocked, 'no locks available');
    assert.equal(warnings.length, 1);
    assert.match(warnings[0]!, /a second server could use it: .*: no locks available/);
    assert.ok((await readdir(directory)).includes('version.json'));
  });
});
