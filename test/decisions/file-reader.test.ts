import assert from 'node:assert/strict';
import {
  appendFile,
  copyFile,
  mkdtemp,
  readdir,
  rename,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { runExposure } from '../../src/cli/exposure.js';
import { createOutput } from '../../src/cli/output.js';
import { FileDecisionLog } from '../../src/decisions/file-log.js';
import { FileDecisionReader } from '../../src/decisions/file-reader.js';
import { writeRecord } from '../../src/decisions/record.js';
import type { ProjectName } from '../../src/domain/project-name.js';
import { type Exposure, exposureIn, findExposure, queryOf } from '../../src/exposure/exposure.js';
import { unreadableToItsEnd } from '../../src/messages/decisions.js';
import { ANY, saying } from '../support/messages.js';
import { record } from './records.js';

const question = { project: 'bad' as ProjectName };

const line = (client: string) => writeRecord(record(client));

describe('who downloaded it, from a log', () => {
  let folder: string;
  let current: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-history-'));
    current = at('decisions.jsonl');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const at = (name: string) => join(folder, name);
  const ask = () => findExposure(new FileDecisionReader(folder), question);
  const begin = () => new FileDecisionReader(folder).search(queryOf(question));
  /** Whole answers have no gap, and the other way round. */
  function whole({ clients, incomplete, gaps }: Exposure): string[] {
    assert.deepEqual([incomplete, gaps], [undefined, []]);
    return clients.toSorted();
  }

  for (const name of [
    'decisions.jsonl.1',
    'decisions.jsonl.12.gz',
    'decisions.jsonl-20260401',
    'decisions.jsonl-20260401.gz',
    'decisions.jsonl-2026-04-01',
    'decisions.jsonl-20260401-1775001600.gz',
    'decisions.jsonl.20260401T00',
    'decisions-20260401.jsonl',
    'decisions-20260401.jsonl.gz',
    'decisions.1.jsonl',
    'decisions.jsonl.gz',
  ])
    it(`counts what lies in ${name}`, async () => {
      const put = line('a');
      await writeFile(at(name), name.endsWith('.gz') ? gzipSync(put) : put);
      await writeFile(current, line('b'));
      assert.deepEqual(whole(await ask()), ['a', 'b']);
    });

  it('leaves out what is none of the log', async () => {
    await writeFile(current, line('a'));
    for (const name of [
      'decisions.jsonl.bak',
      'decisions.rollup.json',
      'other.jsonl.1',
      'decisions.jsonl.gz.part',
    ])
      await writeFile(at(name), line(name));
    assert.deepEqual(whole(await ask()), ['a']);
  });

  it('is found whole though every file is renamed, compressed and removed after it was opened', async () => {
    await writeFile(at('decisions.jsonl.2.gz'), gzipSync(line('a')));
    await writeFile(at('decisions.jsonl.1'), line('b'));
    await writeFile(current, line('c'));
    const search = await begin();
    await rm(at('decisions.jsonl.2.gz'));
    await rename(at('decisions.jsonl.1'), at('decisions.jsonl.2'));
    await rename(current, at('decisions.jsonl.1'));
    await rm(at('decisions.jsonl.2'));
    await writeFile(current, '');
    assert.deepEqual(whole(await exposureIn(search, question)), ['a', 'b', 'c']);
  });

  it('is found whole, or not without saying so, while the log rotates and compresses itself', async () => {
    const log = new FileDecisionLog({
      file: current,
      maxBytes: 4_000,
      keep: 10_000,
      compress: true,
      fsync: false,
    });
    let written = 0;
    let going = true;
    const writing = (async () => {
      for (; written < 300; written += 1) await log.append(record(`c${written}`));
      going = false;
    })();
    while (going) {
      const before = written;
      const { clients, incomplete } = await ask();
      if (incomplete) continue;
      const found = new Set(clients);
      for (let n = 0; n < before; n += 1) assert.ok(found.has(`c${n}`), `c${n} of ${before}`);
    }
    await writing;
    await log.close();
    assert.equal(whole(await ask()).length, written);
  });

  it('is counted once while a rotator copies the file in use, and is not lost when it is truncated', async () => {
    const text = Array.from({ length: 2_000 }, (_, n) => line(`c${n}`)).join('');
    await writeFile(current, text);
    await copyFile(current, at('decisions.jsonl-20260401'));
    const { requests, gaps } = await ask();
    assert.deepEqual([requests.length, gaps], [2_000, []]);

    await truncate(at('decisions.jsonl-20260401'), 70_000);
    assert.equal((await ask()).requests.length, 2_000);

    await copyFile(current, at('decisions.jsonl-20260401'));
    const search = await begin();
    await truncate(current, 0);
    const cut = await exposureIn(search, question);
    assert.equal(cut.incomplete, true);
    assert.match(cut.gaps.join(), /decisions\.jsonl was truncated while being read; retry/);
    assert.equal((await ask()).requests.length, 2_000);
  });

  it('says so where the file in use was truncated and written anew while it was read', async () => {
    await writeFile(current, line('a').repeat(10));
    const search = await begin();
    await writeFile(current, line('other').repeat(20));
    assert.equal((await exposureIn(search, question)).incomplete, true);
  });

  const lost: readonly [what: string, prepare: () => Promise<void>, gap: RegExp][] = [
    [
      'a line that a crash has torn',
      () => appendFile(current, '{"time":"2026'),
      /1 unreadable line/,
    ],
    [
      'a hole that a power failure has left',
      () => appendFile(current, `${'\0'.repeat(4096)}\n`),
      /1 unreadable line/,
    ],
    [
      'a record without what it is about',
      () => appendFile(current, '{"time":"2026-05-05","verdict":"allow","project":"bad"}\n'),
      /1 unreadable line/,
    ],
    [
      'a line that never ends',
      () => appendFile(current, `{${'x'.repeat(3_000_000)}}\n`),
      /1 unreadable line/,
    ],
    [
      'a compressed file that breaks off',
      async () => {
        const compressed = gzipSync(Array.from({ length: 500 }, (_, n) => line(`z${n}`)).join(''));
        await writeFile(at('decisions.jsonl.1.gz'), compressed.subarray(0, -20));
      },
      saying(unreadableToItsEnd('decisions.jsonl.1.gz', ANY)),
    ],
    [
      'a file that is compressed otherwise',
      () => writeFile(at('decisions.jsonl.1.xz'), 'x'),
      /decisions\.jsonl\.1\.xz .* only gzip/,
    ],
    [
      'a link that leads nowhere',
      () => symlink('nowhere', at('decisions.jsonl-20260401')),
      /20260401 cannot be opened: ENOENT/,
    ],
    [
      'a link to itself',
      () => symlink('decisions.jsonl.1', at('decisions.jsonl.1')),
      /decisions\.jsonl\.1 cannot be opened: ELOOP/,
    ],
    ['no plain file', () => symlink('/dev/null', at('decisions.jsonl.1')), /is not a regular file/],
  ];
  for (const [what, prepare, gap] of lost)
    it(`says what it could not read: ${what}`, async () => {
      await writeFile(current, line('a'));
      await prepare();
      await appendFile(current, line('b'));
      const answer = await ask();
      assert.equal(answer.incomplete, true);
      assert.equal(answer.gaps.length, 1, answer.gaps.join());
      assert.match(answer.gaps[0]!, gap);
      assert.ok(answer.clients.includes('a'));
    });

  it('tells what it can of a compressed file that breaks off', async () => {
    const compressed = gzipSync(Array.from({ length: 500 }, (_, n) => line(`z${n}`)).join(''));
    await writeFile(at('decisions.jsonl.1.gz'), compressed.subarray(0, -20));
    assert.ok((await ask()).clients.length > 400);
  });

  it('is read in whatever way its lines end and are set', async () => {
    await writeFile(current, `${line('a').trimEnd()}\r\n  ${line('b').trimEnd()} \r\n`);
    assert.deepEqual(whole(await ask()), ['a', 'b']);
  });

  it('counts a request whose time cannot be read whatever it is asked since', async () => {
    await writeFile(current, writeRecord({ ...record('a'), time: 'yesterday' }));
    assert.deepEqual(
      whole(await findExposure(new FileDecisionReader(folder), { ...question, since: 1 })),
      ['a'],
    );
  });

  it('ends with 2 on the command line where the answer is not complete, and says why', async () => {
    const lines: string[] = [];
    const problems: string[] = [];
    const out = createOutput(
      { write: (text) => lines.push(text) },
      { write: (text) => problems.push(text) },
      {},
    );
    const run = (json: boolean) => {
      lines.length = 0;
      return runExposure('bad', { server: 'http://127.0.0.1:9', log: folder, json }, out);
    };
    await writeFile(current, line('a'));
    assert.deepEqual([await run(false), problems], [1, []]);
    await appendFile(current, 'no record\n');
    assert.equal(await run(false), 2);
    assert.match(
      problems.join(),
      /(?:not complete|incomplete): decisions\.jsonl has 1 unreadable line/,
    );
    assert.equal(await run(true), 2);
    assert.equal((JSON.parse(lines.join('')) as Exposure).incomplete, true);
    assert.equal((await readdir(folder)).length, 1);
  });
});
