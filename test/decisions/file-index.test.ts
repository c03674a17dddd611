import assert from 'node:assert/strict';
import {
  appendFile,
  chmod,
  copyFile,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { readIndex, writeIndex } from '../../src/decisions/file-index.js';
import { FileDecisionReader } from '../../src/decisions/file-reader.js';
import { LOG_DISK, type LogDisk } from '../../src/decisions/log-disk.js';
import type { DecisionQuery } from '../../src/decisions/reader.js';
import { type DecisionRecord, writeRecord } from '../../src/decisions/record.js';
import { tendFile } from '../../src/decisions/tend-file.js';
import type { ProjectName } from '../../src/domain/project-name.js';
import { unreadableToItsEnd } from '../../src/messages/decisions.js';
import { ANY, saying } from '../support/messages.js';
import { asideName, record } from './records.js';

const name = (text: string) => text as ProjectName;

describe('the index of a file that was put aside', () => {
  let folder: string;
  let opened: string[];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-index-'));
    opened = [];
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const at = (number: number) => join(folder, asideName(number));

  async function put(number: number, ...records: readonly DecisionRecord[]): Promise<string> {
    await writeFile(at(number), records.map(writeRecord).join(''));
    return at(number);
  }

  /** A disk that notes which files are read. */
  const noting: LogDisk = {
    ...LOG_DISK,
    open: (path) => {
      opened.push(path);
      return LOG_DISK.open(path);
    },
  };

  async function ask(query: DecisionQuery, disk: LogDisk = noting) {
    opened = [];
    const search = await new FileDecisionReader(folder, disk).search(query);
    const clients: string[] = [];
    for await (const { client } of search.records()) clients.push(client);
    return { clients, gaps: search.gaps, reachesBackTo: search.reachesBackTo };
  }

  it('spares a search all files in which nothing matches', async () => {
    for (const compress of [true, false]) {
      const first = compress ? 0 : 3;
      await tendFile({ path: await put(first, record('a', { project: 'x' })), compress });
      await tendFile({ path: await put(first + 1, record('b', { user: 'ci' })), compress });
      const sha256 = `ab12${'0'.repeat(60)}`;
      await tendFile({ path: await put(first + 2, record('c', { sha256 })), compress });
    }
    const cases: readonly [DecisionQuery, string, number][] = [
      [{ project: name('x') }, 'a', 0],
      [{ user: 'ci' }, 'b', 1],
      [{ sha256: 'ab12' }, 'c', 2],
      [{ sha256: `ab12${'0'.repeat(60)}`, project: name('bad') }, 'c', 2],
    ];
    for (const [query, client, number] of cases) {
      assert.deepEqual((await ask(query)).clients, [client, client]);
      assert.deepEqual(opened, [`${at(number)}.gz`, at(number + 3)]);
    }
    assert.deepEqual((await ask({ project: name('nobody') })).clients, []);
    assert.deepEqual(opened, []);
    assert.equal((await ask({})).clients.length, 6);
  });

  it('knows the times of a file, and counts one that cannot be read as any', async () => {
    const on = (day: number) => ({ time: `2026-05-0${day}T00:00:00.000Z` });
    await tendFile({ path: await put(1, record('a', on(1)), record('b', on(2))), compress: true });
    await tendFile({ path: await put(2, record('c', on(3)), record('d', on(4))), compress: true });
    await tendFile({ path: await put(3, record('e', { time: 'soon' })), compress: true });
    const [second, third] = [Date.UTC(2026, 4, 2), Date.UTC(2026, 4, 3)];
    assert.deepEqual((await ask({ since: third })).clients, ['c', 'd', 'e']);
    assert.equal(opened.length, 2);
    assert.deepEqual((await ask({ until: second })).clients, ['a', 'e']);
    assert.equal(opened.length, 2);
    assert.deepEqual((await ask({ since: second, until: third })).clients, ['b', 'e']);
    assert.equal((await ask({ project: name('nobody') })).reachesBackTo, on(1).time);
  });

  it('leads to the parts of a file in which a key occurs, and to no others', async () => {
    const path = at(1);
    const many = Array.from({ length: 3_000 }, (_, n) =>
      record(`c${n}`, { project: n === 1_234 || n === 2_900 ? 'rare' : `p${n % 50}` }),
    );
    await put(1, ...many);
    const text = await readFile(path);
    await tendFile({ path, compress: true, member: 4_000 });
    const compressed = await readFile(`${path}.gz`);
    // Any reader of gzip reads it, and its lines are the file's.
    assert.deepEqual(gunzipSync(compressed), text);
    const index = readIndex(await readFile(`${path}.gz.idx`))!;
    assert.equal(index.parts.length, 32);
    let read = 0;
    const counting: LogDisk = {
      ...LOG_DISK,
      open: async (file) => {
        const handle = await LOG_DISK.open(file);
        const original = handle.read.bind(handle);
        handle.read = (async (...args: Parameters<typeof original>) => {
          const answer = await original(...args);
          read += answer.bytesRead;
          return answer;
        }) as typeof handle.read;
        return handle;
      },
    };
    assert.deepEqual((await ask({ project: name('rare') }, counting)).clients, ['c1234', 'c2900']);
    assert.ok(read < compressed.length / 2, `${read} of ${compressed.length} bytes were read`);
    assert.equal((await ask({ project: name('p7') }, counting)).clients.length, 60);
  });

  it('is made again with the same parts after the owner or the mode changed, of the same bytes alone', async () => {
    const many = (project: string) =>
      Array.from({ length: 400 }, (_, n) => record(`c${n}`, { project: n === 9 ? project : 'p' }));
    const path = await put(1, ...many('rare'));
    await tendFile({ path, compress: true, member: 4_000 });
    const parts = async () => readIndex(await readFile(`${path}.gz.idx`))!.parts.length;
    const before = await parts();
    assert.ok(before > 8);
    await chmod(`${path}.gz`, 0o600);
    await tendFile({ path, compress: true });
    assert.equal(await parts(), before);
    assert.deepEqual((await ask({ project: name('rare') })).clients, ['c9']);
    await writeFile(`${path}.gz`, gzipSync(many('seldom').map(writeRecord).join('')));
    await tendFile({ path, compress: true });
    assert.equal(await parts(), 1);
    assert.deepEqual((await ask({ project: name('seldom') })).clients, ['c9']);
    assert.deepEqual((await ask({ project: name('rare') })).clients, []);
  });

  it('finds a project and a digest in whatever spelling they were written', async () => {
    const texts = [
      writeRecord(record('a', { project: 'Typing_.Extensions', sha256: 'AB'.repeat(32) })),
      `${JSON.stringify(record('b', { project: 'typing-extensions', sha256: 'ab'.repeat(32) }), null, 1).replaceAll('\n', '')}\n`,
      writeRecord(
        record('c', { project: 'typing-extensions', sha256: 'ab'.repeat(32) }),
      ).replaceAll(
        /yping|ababab/g,
        (found) => `\\u00${found.charCodeAt(0).toString(16)}${found.slice(1)}`,
      ),
      writeRecord(record('d', { project: 'typing-extensions2', sha256: 'ac'.repeat(32) })),
    ];
    const queries = [{ project: name('typing-extensions') }, { sha256: 'abab' }];
    await writeFile(at(1), texts.join(''));
    for (const query of queries) assert.deepEqual((await ask(query)).clients, ['a', 'b', 'c']);
    await tendFile({ path: at(1), compress: true });
    for (const query of queries) assert.deepEqual((await ask(query)).clients, ['a', 'b', 'c']);
    assert.deepEqual((await ask({ project: name('typing-extensions2') })).clients, ['d']);
  });

  it('says what its file says of lines that cannot be read, also where the file is not opened', async () => {
    await put(1, record('a'));
    await appendFile(at(1), '{"time":"2026\n');
    const scanned = await ask({ project: name('nobody') });
    await tendFile({ path: at(1), compress: false });
    assert.deepEqual(await ask({ project: name('nobody') }), scanned);
    assert.deepEqual(opened, []);
    assert.equal(scanned.gaps.length, 1);
  });

  it('is not made of a file that breaks off, and such a file is not taken for whole', async () => {
    await put(1, record('a'), record('b'));
    const whole = gzipSync(await readFile(at(1)));
    await rm(at(1));
    await writeFile(`${at(1)}.gz`, whole.subarray(0, -4));
    await assert.rejects(tendFile({ path: at(1), compress: true }));
    assert.deepEqual(await readdir(folder), [`${asideName(1)}.gz`]);
    assert.match(
      (await ask({ project: name('nobody') })).gaps.join(),
      saying(unreadableToItsEnd(ANY, ANY)),
    );
  });

  /** Each leaves an index that says the file has no `bad`, where it has one. */
  const wrong: readonly [what: string, prepare: (path: string) => Promise<void>][] = [
    [
      'of a file that was replaced by one of equal size and time',
      async (path) => {
        const { atime, mtime } = await stat(path);
        await writeFile(`${path}-new`, writeRecord(record('a')));
        await utimes(`${path}-new`, atime, mtime);
        await rename(`${path}-new`, path);
      },
    ],
    [
      'of a file that was copied over, with its time',
      async (path) => {
        const { atime, mtime } = await stat(path);
        await put(7, record('a'));
        // Times of a change are only as fine as the system's clock.
        for (const { ctimeNs } = await stat(path, { bigint: true }); ; ) {
          await copyFile(at(7), path);
          await utimes(path, atime, mtime);
          if ((await stat(path, { bigint: true })).ctimeNs !== ctimeNs) break;
        }
        await rm(at(7));
      },
    ],
    ['of a file that something was added to', (path) => appendFile(path, writeRecord(record('a')))],
    [
      'of another version',
      async (path) => {
        await put(1, record('a'));
        await tendFile({ path, compress: false });
        await forge(path, (text) => text.replace('"version":1', '"version":2'));
      },
    ],
    [
      'in which a byte is another',
      async (path) => {
        await put(1, record('a'));
        await tendFile({ path, compress: false });
        const bytes = await readFile(`${path}.idx`);
        bytes[bytes.indexOf('\n') + 1]! ^= 1;
        await writeFile(`${path}.idx`, bytes);
      },
    ],
    [
      'that was cut off',
      async (path) => {
        await put(1, record('a'));
        await tendFile({ path, compress: false });
        const bytes = await readFile(`${path}.idx`);
        await writeFile(`${path}.idx`, bytes.subarray(0, -20));
      },
    ],
    ['that is empty', (path) => spoil(path, '')],
    ['that is something else', (path) => spoil(path, '{"format":"wheelgate decision index"}\n')],
  ];
  async function spoil(path: string, text: string): Promise<void> {
    await put(1, record('a'));
    await writeFile(`${path}.idx`, text);
  }
  /** An index whose check is right, and whose file says so. */
  async function forge(path: string, change: (header: string) => string): Promise<void> {
    const index = readIndex(await readFile(`${path}.idx`))!;
    const none = Buffer.alloc(0);
    const bytes = writeIndex({ ...index, projects: none });
    const { crc32 } = await import('node:zlib');
    const text = change(bytes.subarray(0, -4).toString('latin1'));
    const check = Buffer.alloc(4);
    check.writeUInt32LE(crc32(Buffer.from(text, 'latin1')));
    await writeFile(`${path}.idx`, Buffer.concat([Buffer.from(text, 'latin1'), check]));
  }
  for (const [what, prepare] of wrong)
    it(`is not believed where it is one ${what}`, async () => {
      const path = await put(1, record('a', { project: 'dab' }));
      await tendFile({ path, compress: false });
      assert.deepEqual((await ask({ project: name('bad') })).clients, []);
      assert.deepEqual(opened, []);
      await prepare(path);
      assert.deepEqual((await ask({ project: name('bad') })).clients, ['a']);
    });

  it('hides nothing where the file is written over between the look at it and the opening', async () => {
    const good = Array.from({ length: 200 }, (_, n) => record(`g${n}`, { project: 'good' }));
    const path = await put(1, ...good, record('last'));
    await tendFile({ path, compress: true, member: 4_000 });
    const replacing: LogDisk = {
      ...LOG_DISK,
      open: async (file) => {
        const lines = [record('first'), ...good].map(writeRecord).join('');
        await writeFile(file, gzipSync(lines));
        return LOG_DISK.open(file);
      },
    };
    const { clients, gaps } = await ask({ project: name('bad') }, replacing);
    assert.deepEqual([clients, gaps], [['first'], []]);
  });

  it('answers as the files themselves do, whatever is asked of whatever they hold', async () => {
    let seed = Number(process.env.FUZZ_SEED ?? 5);
    const random = (below: number) => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return Math.floor((seed / 2 ** 32) * below);
    };
    const pick = <T>(...values: readonly T[]) => values[random(values.length)]!;
    const projects = ['a', 'A', 'a-b', 'A__b', 'a.b', 'c', '\u00e9', '', 'x y'];
    const digests = [
      'ab',
      'AB',
      'abc',
      'abcd'.repeat(16),
      'abce'.repeat(16),
      'zz',
      '',
      12 as never,
    ];
    const users = ['ci', 'c/i', 'c"i', '\u00fc', 'ci@x', 5 as never, undefined];
    for (let run = 0; run < 6; run += 1) {
      for (const file of await readdir(folder)) await rm(join(folder, file));
      for (let file = 0; file < 4; file += 1) {
        const records = Array.from({ length: 1 + random(60) }, (_, n) =>
          record(`f${file}r${n}`, {
            time: pick('2026-05-05T00:00:00Z', `2026-06-1${file}T00:00:00Z`, 'never'),
            project: pick(...projects),
            sha256: pick(...digests, undefined),
            user: pick(...users),
          }),
        );
        await put(file, ...records);
        if (random(4) === 0) await appendFile(at(file), pick('torn', '\n', '{"event":"x"}\n'));
      }
      const queries: DecisionQuery[] = [
        ...['a', 'a-b', 'c', 'd'].map((project) => ({ project: name(project) })),
        ...['a', 'ab', 'abcd', 'abcdabcda', 'f'].map((sha256) => ({ sha256 })),
        ...['ci', 'c/i', 'c"i', '\u00fc', 'i'].map((user) => ({ user })),
        { project: name('a-b'), user: 'ci', sha256: 'ab' },
        { since: Date.UTC(2026, 5, 11), until: Date.UTC(2026, 5, 12) },
        {},
      ];
      const scanned = [];
      for (const query of queries) scanned.push((await ask(query)).clients);
      for (let file = 0; file < 4; file += 1)
        await tendFile({ path: at(file), compress: random(2) === 0, member: 400 });
      for (const [index, query] of queries.entries())
        assert.deepEqual((await ask(query)).clients, scanned[index], JSON.stringify(query));
      assert.ok(scanned.flat().length > 0);
    }
  });
});
