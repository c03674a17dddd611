import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { folderInUse } from '../../src/messages/data-folder.js';
import { buildWheel } from '../support/distributions.js';
import { type FakeUpstream, startFakeUpstream } from '../support/fake-upstream.js';
import {
  type GateProcess,
  type GateProcessOptions,
  startGateProcess,
} from '../support/gate-process.js';
import { ANY, saying } from '../support/messages.js';
import { ask } from '../support/wheelgate.js';

const run = promisify(execFile);
const MAIN = resolve('build/src/cli/main.js');
const RIVAL = resolve('build/test/support/folder-process.js');

/** A process of its own world of process numbers, as a container is. */
const CONTAINER = ['unshare', '--pid', '--fork', '--kill-child'];
const NO_CONTAINER = spawnSync(CONTAINER[0]!, [...CONTAINER.slice(1), 'true']).status !== 0;

/** One message, with what to do, and the exit code of a wrong use. */
function assertRefused(result: PromiseSettledResult<GateProcess>, holder: string): void {
  assert.equal(result.status, 'rejected');
  const { message } = result.reason as Error;
  assert.match(message, /^serve ended with 2: /);
  const last = message.trimEnd().split('\n').at(-1)!;
  assert.match(last, saying(`wheelgate: ${folderInUse(`${ANY}data`, `process ${ANY}`)}`));
  assert.ok(last.includes(`(process ${holder} on `), last);
  assert.match(last, /: stop it, or choose another folder with --data/);
}

describe('the data folder of a server', () => {
  let folder: string;
  let gates: GateProcess[];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-owner-'));
    gates = [];
  });
  afterEach(async () => {
    await Promise.all(gates.map((gate) => gate.end('SIGKILL')));
    await rm(folder, { recursive: true, force: true });
  });

  async function start(options: Omit<GateProcessOptions, 'folder'> = {}): Promise<GateProcess> {
    // No network is asked.
    const env = { WHEELGATE_ATTESTATIONS_UPDATE_KEYS: 'false' };
    const gate = await startGateProcess({ folder, env, ...options });
    gates.push(gate);
    return gate;
  }

  it('is one server\u2019s where two are started in the same moment; the other says why it ends', async () => {
    const both = await Promise.allSettled([start(), start({ args: ['--workers', '2'] })]);
    const winner = gates[0]!;
    assert.equal(gates.length, 1);
    assertRefused(both.find(({ status }) => status === 'rejected')!, String(winner.pid));
    assert.equal((await ask(`${winner.url}/readyz`)).json().status, 'ok');
  });

  for (const args of [[], ['--workers', '2']])
    it(`is free at once where its server is killed (${args.join(' ') || 'one process'})`, async () => {
      await (await start({ args })).end('SIGKILL');
      const next = await start({ args, onText: (text) => assert.doesNotMatch(text, /waiting/) });
      assert.equal((await ask(`${next.url}/healthz`)).status, 200);
    });

  it('is waited for where its server is just ending', async () => {
    const first = await start();
    let ended: Promise<unknown> | undefined;
    await start({
      onText: (text) => {
        if (text.includes('waiting up to 5 s')) ended ??= first.end('SIGTERM');
      },
    });
    assert.equal(await ended, 0);
  });

  it('is one container\u2019s, though both have the same process number', {
    skip: NO_CONTAINER && 'it needs the right to unshare',
  }, async () => {
    const first = await start({ through: CONTAINER });
    const [second] = await Promise.allSettled([start({ through: CONTAINER })]);
    assertRefused(second, '1');
    await first.end('SIGKILL');
    await start({ through: CONTAINER });
  });

  it('is swept of what a crash has left, also under the number of a process that lives', async () => {
    const left = {
      spool: [`${process.pid}-${randomUUID()}`, `0123456789abcdef-${randomUUID()}`],
      findings: [`.0123456789abcdef-${randomUUID()}.tmp`],
    };
    for (const [place, names] of Object.entries(left)) {
      await mkdir(join(folder, 'data', place), { recursive: true });
      for (const name of names) await writeFile(join(folder, 'data', place, name), 'x');
    }
    const gate = await start();
    assert.deepEqual(await readdir(join(folder, 'data', 'spool')), []);
    // What is looked through in the background is done by the end.
    await gate.end('SIGTERM');
    assert.deepEqual(await readdir(join(folder, 'data', 'findings')), []);
  });

  it('is read by commands all the while', async () => {
    await start();
    const data = join(folder, 'data');
    const feed = join(folder, 'feed');
    await mkdir(feed);
    const record = {
      id: 'MAL-2026-1',
      modified: '2026-01-01T00:00:00Z',
      affected: [{ package: { ecosystem: 'PyPI', name: 'bad' }, versions: ['1.0'] }],
    };
    await writeFile(join(feed, 'MAL-2026-1.json'), JSON.stringify(record));
    const lock = await readFile(join(data, 'lock'), 'utf8');
    const commands = [
      ['check', '--against', data],
      ['exposure', 'demo', '--log', data],
      ['feed', 'sync', '--data', data, '--url', feed],
      ['audit', folder, '--data', data],
    ];
    for (const command of commands) {
      const ended = await run(process.execPath, [MAIN, ...command], { cwd: folder }).catch(
        (error: { code: number; stderr: string }) => error,
      );
      assert.doesNotMatch(ended.stderr, /another server/, command.join(' '));
    }
    assert.equal(await readFile(join(data, 'lock'), 'utf8'), lock);
    assert.ok((await readdir(data)).includes('feed.jsonl'));
  });
});

describe('a lock that many processes try at once', () => {
  let directory: string;
  let rivals: Rival[];
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'wheelgate-rivals-'));
    rivals = await Promise.all(Array.from({ length: 6 }, () => rival(directory)));
  });
  afterEach(async () => {
    for (const { child } of rivals) child.kill('SIGKILL');
    await rm(directory, { recursive: true, force: true });
  });

  it('is got by exactly one of them, and by exactly one of the others once that is killed', async () => {
    while (rivals.length > 0) {
      const answers = await Promise.all(rivals.map((each) => each.tries()));
      assert.equal(answers.filter((answer) => answer === 'ours').length, 1, answers.join('\n'));
      for (const answer of answers)
        assert.match(answer, saying(answer === 'ours' ? 'ours' : folderInUse(ANY, undefined)));
      const [winner] = rivals.splice(answers.indexOf('ours'), 1);
      const gone = new Promise((done) => winner!.child.once('exit', done));
      winner!.child.kill('SIGKILL');
      await gone;
    }
  });
});

/** Puts a file where a folder is, which the server may make again at any moment. */
async function putInPlaceOf(folder: string): Promise<void> {
  for (;;) {
    await rm(folder, { recursive: true, force: true });
    const put = await writeFile(folder, '').then(
      () => true,
      () => false,
    );
    if (put) return;
  }
}

interface Rival {
  readonly child: ChildProcess;
  tries(): Promise<string>;
}

/** A process that is ready to open the folder. */
async function rival(directory: string): Promise<Rival> {
  const child = spawn(process.execPath, [RIVAL, directory], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => String((await lines.next()).value);
  assert.equal(await next(), 'ready');
  return {
    child,
    tries: () => {
      child.stdin.write('try\n');
      return next();
    },
  };
}

for (const workers of ['1', '2'])
  describe(`the data folder under a running server, with ${workers} at work`, () => {
    let folder: string;
    let upstream: FakeUpstream;
    let gate: GateProcess;
    const one = buildWheel({ name: 'one' });
    // Too long to come in in memory.
    const two = buildWheel({ name: 'two', files: { 'two/x.bin': randomBytes(2 ** 21) } });
    const data = (...names: string[]) => join(folder, 'data', ...names);
    beforeEach(async () => {
      upstream = await startFakeUpstream();
      upstream.addProject('one', [one]);
      upstream.addProject('two', [two]);
      folder = await mkdtemp(join(tmpdir(), 'wheelgate-under-'));
      const args = ['--upstream', upstream.url, '--workers', workers];
      gate = await startGateProcess({ folder, args, env: { TMPDIR: folder } });
      assert.equal((await get('one', one)).status, 200);
    });
    afterEach(async () => {
      await gate.end('SIGKILL');
      await upstream.close();
      await rm(folder, { recursive: true, force: true });
    });

    const get = (name: string, { filename }: { filename: string }) =>
      ask(`${gate.url}/files/${name}/${filename}`);
    const partOf = async () => (await ask(`${gate.url}/readyz`)).json().parts['data-folder'];
    const until = async (holds: () => Promise<boolean>) => {
      while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20));
    };

    it('is made again where all of it is removed, with lock and log', async () => {
      await rename(data(), join(folder, 'gone'));
      for (const [name, dist] of Object.entries({ one, two })) {
        const answer = await get(name, dist);
        assert.deepEqual([answer.status, answer.body.equals(dist.bytes)], [200, true]);
      }
      // What was being written went with the file, as where a log rotator moves it: perhaps all of it.
      const texts = await Promise.all(
        [data('decisions.jsonl'), join(folder, 'gone', 'decisions.jsonl')].map((path) =>
          readFile(path, 'utf8').catch(() => ''),
        ),
      );
      assert.equal(texts.join('').trimEnd().split('\n').length, 3);
      await until(async () => (await readdir(data())).includes('version.json'));
      const [rival] = await Promise.allSettled([startGateProcess({ folder })]);
      assertRefused(rival, String(gate.pid));
    });

    it('is told to be unusable where something lies in the place of spool or blobs, and is used again without it', async () => {
      // It is kept once it is sent.
      await until(async () => (await readdir(data())).includes('blobs'));
      for (const name of ['spool', 'blobs']) {
        await putInPlaceOf(data(name));
      }
      const answer = await get('two', two);
      assert.equal(answer.status, 503, 'it cannot be received');
      assert.ok(answer.headers['retry-after']);
      await until(async () => /files cannot be stored/.test((await partOf())?.detail ?? ''));
      await rm(data('spool'));
      assert.equal((await get('two', two)).status, 200, 'it is served, and not kept');
      await until(async () => /blobs/.test((await partOf())?.detail ?? ''));
      await rm(data('blobs'));
      assert.equal((await get('two', two)).status, 200);
      await until(async () => (await partOf())?.state === 'ok');
    });
  });
