import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import {
  appendFile,
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { readIndex } from '../../src/decisions/file-index.js';
import { FileDecisionLog } from '../../src/decisions/file-log.js';
import { Housekeeping } from '../../src/decisions/housekeeping.js';
import { type DecisionRecord, readLogRecord, writeRecord } from '../../src/decisions/record.js';
import { type Tending, tendFile } from '../../src/decisions/tend-file.js';
import { mountSmallDisk } from '../support/small-disk.js';
import { record as recordOf } from './records.js';

const record = (filename: string) => recordOf('127.0.0.1', { filename });

/** The decision that a line tells of. */
function decision(line: string): DecisionRecord {
  const read = readLogRecord(line);
  assert.ok(read !== undefined && !('event' in read), line);
  return read;
}

describe('decision log', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-log-'));
    file = join(folder, 'log', 'decisions.jsonl');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const open = (maxBytes = 1e6, keep = 3, compress = false) =>
    new FileDecisionLog({ file, maxBytes, keep, compress, fsync: false });
  const lines = async (path = file) => (await readFile(path, 'utf8')).trimEnd().split('\n');

  it('keeps the newest by the order of their writing, also where the clock is set back', async () => {
    let now = Date.UTC(2027, 0, 1);
    const settings = { file, maxBytes: 1, keep: 3, compress: false, fsync: false };
    const log = new FileDecisionLog(settings, () => now);
    for (let count = 0; count < 8; count += 1) {
      if (count === 3) now -= 365 * 86_400_000;
      now += 1_000;
      await log.append(record(`f${count}`));
    }
    await log.close();
    const names = (await readdir(join(folder, 'log'))).filter((name) => name !== 'decisions.jsonl');
    const texts = await Promise.all(names.sort().map((name) => lines(join(folder, 'log', name))));
    assert.deepEqual(
      texts.map(([line]) => decision(line!).filename),
      ['f5', 'f6', 'f7'],
    );
  });

  it('puts full files aside and keeps the newest of them', async () => {
    const log = open(400, 2);
    for (let n = 0; n < 20; n += 1) await log.append(record(`f${n}`));
    await log.close();
    const rotated = (await readdir(join(folder, 'log'))).filter(
      (name) => name !== 'decisions.jsonl',
    );
    assert.equal(rotated.length, 2);
    const last = await lines(join(folder, 'log', rotated.sort().at(-1)!));
    assert.ok(readLogRecord(last[0]!));
  });

  it('goes on behind a line that a crash has torn', async () => {
    await mkdir(join(folder, 'log'));
    await appendFile(file, '{"time":"2026');
    const log = open();
    await log.append(record('after'));
    await log.close();
    const [torn, whole] = await lines();
    assert.equal(readLogRecord(torn!), undefined);
    assert.equal(decision(whole!).filename, 'after');
  });

  it('says so when a record cannot be written, and recovers', async () => {
    await mkdir(file, { recursive: true });
    const log = open();
    await assert.rejects(log.append(record('lost')));
    await rm(file, { recursive: true });
    await log.append(record('found'));
    await log.close();
    assert.equal(decision((await lines())[0]!).filename, 'found');
  });

  const all = async () => {
    const names = (await readdir(join(folder, 'log'))).sort();
    const texts = await Promise.all(names.map((name) => lines(join(folder, 'log', name))));
    return texts
      .flat()
      .filter(Boolean)
      .map((line) => decision(line).filename);
  };

  /** Whether the file of the log's name ends with this record. */
  const goesOn = async (name: string) => {
    const last = (await readFile(file, 'utf8').catch(() => '')).trimEnd().split('\n').at(-1)!;
    return last !== '' && decision(last).filename === name;
  };

  for (const [what, rotate] of [
    ['moved away', () => rename(file, `${file}.1`)],
    ['moved away and made anew', () => rename(file, `${file}.1`).then(() => writeFile(file, ''))],
    ['copied and cut off', () => copyFile(file, `${file}.1`).then(() => truncate(file))],
  ] as const)
    it(`loses nothing, and writes nothing twice, where it is ${what} by a log rotator`, async () => {
      const log = open();
      await log.append(record('before'));
      await rotate();
      const names = ['before'];
      // A busy log looks only now and then.
      do {
        names.push(`f${names.length}`);
        await log.append(record(names.at(-1)!));
      } while (!(await goesOn(names.at(-1)!)));
      await log.close();
      assert.deepEqual((await all()).sort(), names.sort());
    });

  it('counts anew what it holds where others have cut it off, and is put aside when it is full', async () => {
    const log = open(2_000);
    for (const name of ['a', 'b', 'c']) await log.append(record(name));
    await truncate(file);
    for (const name of ['d', 'e', 'f']) await log.append(record(name));
    await log.close();
    assert.deepEqual(await readdir(join(folder, 'log')), ['decisions.jsonl']);
  });

  for (const gone of ['its file', 'its folder'])
    it(`has the next record again where ${gone} was removed`, async () => {
      const log = open();
      await log.append(record('before'));
      await rm(gone === 'its file' ? file : join(folder, 'log'), { recursive: true });
      await log.append(record('after'));
      await log.append(record('and after'));
      await log.close();
      // The first was in the file when that went, and may be again.
      const [last, beforeLast, ...others] = (await all()).reverse();
      assert.deepEqual([beforeLast, last], ['after', 'and after']);
      assert.ok(others.length === 0 || (others.length === 1 && others[0] === 'before'));
    });

  for (const gone of ['its file', 'its folder'])
    it(`has what was written last again soon where ${gone} was removed and nothing follows`, async () => {
      const log = open();
      await log.append(record('before'));
      await rm(gone === 'its file' ? file : join(folder, 'log'), { recursive: true });
      await log.append(record('after'));
      while (!existsSync(file)) await new Promise((resolve) => setImmediate(resolve));
      await log.close();
      assert.equal((await all()).at(-1), 'after');
    });

  it('loses nothing, and writes nothing twice, where it is moved away as often as may be while it is busy', async () => {
    const log = open();
    let written = 0;
    for (let round = 0; round < 20; round += 1) {
      const batch = Array.from({ length: 10 }, () => log.append(record(`f${written++}`)));
      if (existsSync(file)) await rename(file, `${file}.${round}`);
      await Promise.all(batch);
      while (round % 5 === 0 && !existsSync(file)) await log.append(record(`f${written++}`));
    }
    await log.close();
    const expected = Array.from({ length: written }, (_, index) => `f${index}`);
    assert.deepEqual((await all()).sort(), expected.sort());
  });

  it('keeps every record where it cannot be put aside, says so, and tries again', async () => {
    // With a time behind it the name is too long.
    const long = join(folder, `${'d'.repeat(240)}.jsonl`);
    const troubles: unknown[] = [];
    const log = new FileDecisionLog(
      { file: long, maxBytes: 1_000, keep: 3, compress: false, fsync: false },
      Date.now,
      { onTrouble: (error) => troubles.push(error) },
    );
    const names = Array.from({ length: 12 }, (_, index) => `f${index}`);
    for (const name of names) await log.append(record(name));
    await log.close();
    assert.deepEqual(
      (await lines(long)).map((line) => decision(line).filename),
      names,
    );
    assert.ok(troubles.length > 1 && troubles.length < names.length, `${troubles.length} tries`);
  });

  it('has each record once, or not at all where it said so, on a disk that runs full and has room again', async (t) => {
    const disk = mountSmallDisk(1);
    if (disk === undefined) return t.skip('it takes the right to mount');
    const path = join(disk.folder, 'decisions.jsonl');
    const log = new FileDecisionLog({
      file: path,
      maxBytes: 1e9,
      keep: 3,
      compress: false,
      fsync: false,
    });
    const written: string[] = [];
    let lost = 0;
    const append = (count: number) =>
      Promise.all(
        Array.from({ length: count }, async (_, index) => {
          const name = `${'x'.repeat(index % 97)}-${written.length}-${index}`;
          await log.append(record(name)).then(
            () => written.push(name),
            () => (lost += 1),
          );
        }),
      );
    try {
      await writeFile(join(disk.folder, 'ballast'), Buffer.alloc(900_000));
      for (let round = 0; round < 30; round += 1) await append(40);
      assert.ok(lost > 0 && written.length > 0, `${written.length} written, ${lost} lost`);
      await rm(join(disk.folder, 'ballast'));
      for (let round = 0; round < 5; round += 1) await append(40);
      await log.close();
      const found = (await lines(path)).map((line) => decision(line).filename);
      assert.deepEqual(found.sort(), written.sort());
    } finally {
      await log.close();
      disk.remove();
    }
  });

  it('is known to be writable, or not, before the first record, and its folder is made', async () => {
    const log = open();
    await log.open();
    assert.equal(await readFile(file, 'utf8'), '');
    await log.append(record('first'));
    await log.close();
    assert.equal((await lines()).length, 1);

    await rm(file);
    await mkdir(file);
    await assert.rejects(open().open());
  });

  it('is put aside at the start where it has outgrown its size', async () => {
    await mkdir(join(folder, 'log'));
    await appendFile(file, writeRecord(record('old')));
    const log = open(10);
    await log.open();
    await log.append(record('new'));
    await log.close();
    const aside = (await readdir(join(folder, 'log'))).filter((name) => name.endsWith('.jsonl'));
    assert.equal(aside.length, 2);
  });

  it('removes no file that it has not named itself, however few it is to keep', async () => {
    const others = [
      'decisions-20260401.jsonl',
      'decisions-20260401.jsonl.gz',
      'decisions-2026-01-01.jsonl',
      'decisions-incident.jsonl',
      'decisions-2026-01-01T00-00-00.000Z-0000.jsonl.bak',
      'decisions-2026-01-01T00-00-00.000Z-0000-copy.jsonl',
      'decisions-2026-01-01T00-00-00.000Z-000.jsonl',
      'decisions.jsonl.1',
      'decisions.jsonl-20260401.gz',
      'other-2026-01-01T00-00-00.000Z-0000.jsonl',
    ];
    await mkdir(join(folder, 'log'));
    for (const name of others) await appendFile(join(folder, 'log', name), '');
    const own = 'decisions-2026-01-01T00-00-00.000Z-0000.jsonl';
    for (const ending of ['', '.gz', '.gz.idx', '.idx', '.gz.part', '.gz.idx.part'])
      await appendFile(join(folder, 'log', own + ending), '');
    const log = open(1, 0);
    for (let n = 0; n < 3; n += 1) await log.append(record(`f${n}`));
    await log.close();
    assert.deepEqual((await readdir(join(folder, 'log'))).sort(), others.sort());
  });

  it('keeps the order of more files than a number has digits, put aside at one time', async () => {
    await mkdir(join(folder, 'log'));
    const time = '2027-01-01T00-00-00.000Z';
    for (const number of ['9998', '9999'])
      await appendFile(join(folder, 'log', `decisions-${time}-${number}.jsonl`), 'x');
    const settings = { file, maxBytes: 1, keep: 2, compress: false, fsync: false };
    const log = new FileDecisionLog(settings, () => 0);
    await log.append(record('a'));
    await log.append(record('b'));
    await log.close();
    const aside = (await readdir(join(folder, 'log'))).filter((name) => name.endsWith('.jsonl'));
    assert.deepEqual(aside.sort(), [
      `decisions-${time}-10000.jsonl`,
      `decisions-${time}-10001.jsonl`,
    ]);
  });

  it('finishes at the next start what a crash has left undone', async () => {
    const at = (name: string) => join(folder, 'log', name);
    const aside = (day: number) => `decisions-2026-01-0${day}T00-00-00.000Z-0000.jsonl`;
    await mkdir(join(folder, 'log'));
    const text = writeRecord(record('a'));
    // Before anything; while it was compressed; before the plain one went; while the index was written; after that.
    await writeFile(at(aside(1)), text);
    await writeFile(at(aside(2)), text);
    await writeFile(at(`${aside(2)}.gz.part`), gzipSync(text).subarray(0, 9));
    await writeFile(at(aside(3)), text);
    await writeFile(at(`${aside(3)}.gz`), gzipSync(text));
    await writeFile(at(`${aside(4)}.gz`), gzipSync(text));
    await writeFile(at(`${aside(4)}.gz.idx.part`), 'wheel');
    await writeFile(at(`${aside(5)}.gz`), gzipSync(text));
    await writeFile(at(`${aside(5)}.gz.idx`), 'wheel');
    await writeFile(at(`${aside(6)}.gz.idx`), 'of a file that is gone');
    const tended: string[] = [];
    await new Promise<void>((resolve) => {
      const settings = { file, keep: 10, compress: true };
      const tend = async (tending: Tending) => {
        await tendFile(tending);
        tended.push(tending.path);
        if (tended.length === 5) resolve();
      };
      new Housekeeping(settings, { tend, onTrouble: assert.ifError }).wake();
    });
    const left = (await readdir(join(folder, 'log'))).sort();
    assert.deepEqual(
      left,
      [1, 2, 3, 4, 5].flatMap((day) => [`${aside(day)}.gz`, `${aside(day)}.gz.idx`]),
    );
    for (const name of left.filter((one) => one.endsWith('.idx')))
      assert.ok(readIndex(await readFile(at(name))), name);
  });

  it('leaves as it is what cannot be tended, and goes on with the others', async () => {
    await mkdir(join(folder, 'log'));
    const tried: string[] = [];
    const settings = { file, maxBytes: 1, keep: 9, compress: true, fsync: false };
    const troubles: unknown[] = [];
    const log = new FileDecisionLog(settings, Date.now, {
      tend: async ({ path }) => {
        tried.push(path);
        throw new Error('no room');
      },
      onTrouble: (error) => troubles.push(error),
    });
    for (let n = 0; n < 3; n += 1) await log.append(record(`f${n}`));
    await log.close();
    assert.equal(tried.length, 3);
    assert.equal(new Set(tried).size, tried.length);
    assert.equal(troubles.length, tried.length);
    const texts = (await readdir(join(folder, 'log'))).map((name) => join(folder, 'log', name));
    const found = await Promise.all(texts.map(async (path) => decision((await lines(path))[0]!)));
    assert.deepEqual(found.map(({ filename }) => filename).sort(), ['f0', 'f1', 'f2']);
  });
});
