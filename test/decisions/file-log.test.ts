import assert from 'node:assert/strict';
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { FileDecisionLog } from '../../src/decisions/file-log.js';
import { type DecisionRecord, readRecord } from '../../src/decisions/record.js';

function record(filename: string): DecisionRecord {
  return {
    time: '2026-11-01T00:00:00.000Z',
    client: '127.0.0.1',
    method: 'GET',
    status: 200,
    upstream: 'pypi',
    project: 'demo',
    filename,
    bytes: 1,
    complete: true,
    verdict: 'allow',
    revision: 'r',
  };
}

/** The decision that a line tells of. */
function decision(line: string): DecisionRecord {
  const read = readRecord(line);
  assert.ok(read !== undefined && read !== 'event', line);
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

  it('holds every record once it is acknowledged, in order, however many come together', async () => {
    const log = open();
    await Promise.all(Array.from({ length: 200 }, (_, n) => log.append(record(`f${n}`))));
    const names = (await lines()).map((line) => decision(line).filename);
    assert.deepEqual(
      names,
      Array.from({ length: 200 }, (_, n) => `f${n}`),
    );
    await log.close();
  });

  it('keeps a hostile User-Agent on one line, and to a length', async () => {
    const log = open();
    await log.append({
      ...record('a'),
      userAgent: `evil\n{"verdict":"allow"}\u2028${'x'.repeat(9_000)}`,
    });
    await log.close();
    assert.equal((await lines()).length, 1);
    assert.ok(decision((await lines())[0]!).userAgent!.length < 600);
  });

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
    assert.ok(readRecord(last[0]!));
  });

  it('goes on behind a line that a crash has torn', async () => {
    await mkdir(join(folder, 'log'));
    await appendFile(file, '{"time":"2026');
    const log = open();
    await log.append(record('after'));
    await log.close();
    const [torn, whole] = await lines();
    assert.equal(readRecord(torn!), undefined);
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
});
