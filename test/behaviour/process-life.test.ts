import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { listensOn } from '../../src/messages/start.js';
import { buildWheel } from '../support/distributions.js';
import { type FakeUpstream, packagePath, startFakeUpstream } from '../support/fake-upstream.js';
import { ANY, valuesOf } from '../support/messages.js';
import { childrenOf } from '../support/processes.js';
import { ask } from '../support/wheelgate.js';

const MAIN = resolve('build/src/cli/main.js');
/** Throws, and rejects, whenever somebody wants that; workers inherit it. */
const FAULTY = `data:text/javascript,${encodeURIComponent(`
  process.on('SIGUSR2', () => { throw new Error('nobody expected this'); });
  process.on('SIGPIPE', () => { Promise.reject(new Error('nor this')); });
`)}`;
/** Ends a process before it does anything. */
const exitingWhere = (condition: string) =>
  `data:text/javascript,${encodeURIComponent(`
    import cluster from 'node:cluster';
    if (${condition}) process.exit(9);
  `)}`;
const SIGNALS = { SIGHUP: 1, SIGUSR2: 12 } as const;

async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await Promise.resolve(holds()).catch(() => false))) await pause(2);
}

/** Whether a process has a handler for a signal by now. */
async function heeds(pid: number, signal: keyof typeof SIGNALS): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const [, mask = '0'] = /^SigCgt:\s*(\w+)/m.exec(status) ?? [];
  return (BigInt(`0x${mask}`) & (1n << BigInt(SIGNALS[signal] - 1))) !== 0n;
}

/** A server from its first moment on, which may end before it listens. */
class Life {
  readonly #child: ChildProcess;
  readonly ended: Promise<number | NodeJS.Signals>;
  text = '';

  constructor(folder: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.#child = spawn(
      process.execPath,
      [
        MAIN,
        'serve',
        '--listen',
        '127.0.0.1:0',
        '--data',
        'data',
        '--policies',
        'policies',
        ...args,
      ],
      { cwd: folder, env: { PATH: process.env.PATH, WHEELGATE_FEED_URL: 'none', ...env } },
    );
    for (const stream of [this.#child.stdout!, this.#child.stderr!])
      stream.on('data', (piece) => {
        this.text += piece;
      });
    this.ended = once(this.#child, 'close').then(
      ([code, signal]) => (code ?? signal) as number | NodeJS.Signals,
    );
  }

  get pid(): number {
    return this.#child.pid!;
  }

  get url(): string | undefined {
    return valuesOf(listensOn(ANY)).exec(this.text)?.[1];
  }

  get(path: string) {
    return ask(this.url! + path);
  }

  send(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async end(): Promise<number | NodeJS.Signals> {
    this.send('SIGTERM');
    return this.ended;
  }
}

describe('a process that serves', {
  skip: existsSync('/proc/self/stat') ? false : 'it needs /proc',
}, () => {
  let upstream: FakeUpstream;
  let folder: string;
  let life: Life;
  const dist = buildWheel({ name: 'demo', files: { 'demo/data.txt': 'x'.repeat(500_000) } });

  before(async () => {
    upstream = await startFakeUpstream();
    upstream.addProject('demo', [dist]);
  });
  after(() => upstream.close());
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-life-'));
    await mkdir(join(folder, 'policies'));
    await writeFile(join(folder, 'policies', 'own.yaml'), 'deny: []\n');
  });
  afterEach(async () => {
    upstream.fault(packagePath('demo', dist.filename), undefined);
    upstream.release();
    life.send('SIGKILL');
    await life.ended;
    await rm(folder, { recursive: true, force: true });
  });

  for (const [how, args] of [
    ['alone', []],
    ['with workers', ['--workers', '2']],
  ] as const) {
    const begin = (env: Readonly<Record<string, string>> = {}) => {
      life = new Life(folder, ['--upstream', upstream.url, ...args], env);
    };
    const listens = async () => {
      await until(() => life.url !== undefined);
    };

    it(`outlives SIGHUP while it begins, and is told what it was to read: ${how}`, async () => {
      begin();
      await until(() => heeds(life.pid, 'SIGHUP'));
      while (life.url === undefined) {
        life.send('SIGHUP');
        for (const worker of await childrenOf(life.pid))
          if (await heeds(worker, 'SIGHUP').catch(() => false)) process.kill(worker, 'SIGHUP');
        await pause(20);
      }
      assert.equal((await life.get('/healthz')).status, 200);
      assert.match(life.text, /SIGHUP: reading/);
      for (const signal of ['SIGUSR1', 'SIGUSR2', 'SIGHUP'] as const) life.send(signal);
      assert.equal((await life.get('/simple/demo/')).status, 200);
      assert.equal(await life.end(), 0);
    });

    it(`stops by SIGTERM at whatever step of its begin, and leaves nobody behind: ${how}`, async () => {
      for (let step = 0; step < 4; step += 1) {
        begin();
        // Its own handlers are there from now on.
        await until(() => heeds(life.pid, 'SIGUSR2'));
        await pause(step * 150);
        const workers = await childrenOf(life.pid);
        assert.equal(await life.end(), 0, life.text);
        for (const worker of workers)
          assert.throws(() => process.kill(worker, 0), /ESRCH/, 'a worker has outlived it');
      }
    });

    it(`ends at once by a second SIGINT, whatever is under way: ${how}`, async () => {
      begin();
      await listens();
      upstream.fault(packagePath('demo', dist.filename), { kind: 'stall', after: 1_000 });
      const asked = life.get(`/files/demo/${dist.filename}`).catch(() => undefined);
      await until(() => upstream.requests(packagePath('demo', dist.filename)) > 0);
      life.send('SIGINT');
      await until(() => /"stopping"/.test(life.text));
      life.send('SIGHUP');
      life.send('SIGINT');
      assert.equal(await life.ended, 130);
      await asked;
    });
  }

  for (const [what, signal, said] of [
    ['an exception that nobody caught', 'SIGUSR2', /uncaught exception; exiting/],
    ['a rejection that nobody handled', 'SIGPIPE', /unhandled rejection; exiting/],
  ] as const) {
    it(`ends by ${what}, and says so, for a supervisor to begin another`, async () => {
      life = new Life(folder, ['--upstream', upstream.url], { NODE_OPTIONS: `--import=${FAULTY}` });
      await until(() => life.url !== undefined);
      assert.equal((await life.get(`/files/demo/${dist.filename}`)).status, 200);
      life.send(signal);
      assert.equal(await life.ended, 70);
      assert.match(life.text, said);
      await assert.rejects(life.get('/healthz'));
      const log = await readFile(join(folder, 'data', 'decisions.jsonl'), 'utf8');
      assert.equal(log.trimEnd().split('\n').length, 1);
    });

    it(`replaces a worker that ended by ${what}`, async () => {
      life = new Life(folder, ['--upstream', upstream.url, '--workers', '2'], {
        NODE_OPTIONS: `--import=${FAULTY}`,
      });
      await until(() => life.url !== undefined);
      const [one = 0] = await childrenOf(life.pid);
      process.kill(one, signal);
      await until(() => /a worker exited with 70; replacing it/.test(life.text));
      assert.match(life.text, said);
      await until(async () => (await life.get('/readyz')).json().parts.workers.state === 'ok');
      assert.equal(await life.end(), 0);
    });
  }

  it('goes on where a worker dies before all of them serve', async () => {
    life = new Life(folder, ['--upstream', upstream.url, '--workers', '2']);
    await until(async () => (await childrenOf(life.pid)).length > 0);
    const [first = 0] = await childrenOf(life.pid);
    process.kill(first, 'SIGKILL');
    await until(() => life.url !== undefined);
    assert.equal((await life.get('/healthz')).status, 200);
    await until(async () => (await life.get('/readyz')).json().parts.workers.state === 'ok');
    assert.equal(await life.end(), 0);
  });

  it('serves with those that can, and says which one ends again and again', async () => {
    const breaks = exitingWhere('cluster.worker?.id > 1');
    life = new Life(folder, ['--upstream', upstream.url, '--workers', '2'], {
      NODE_OPTIONS: `--import=${breaks}`,
    });
    await until(() => life.url !== undefined);
    const { state, detail } = (await life.get('/readyz')).json().parts.workers;
    assert.equal(state, 'degraded');
    assert.match(detail, /^1 of 2 workers serving; worker 2 exited \d+ times in a row/);
    assert.equal(await life.end(), 0);
  });

  it('does not begin where no worker can, and says how they end', async () => {
    const breaks = exitingWhere('cluster.isWorker');
    life = new Life(folder, ['--workers', '2'], { NODE_OPTIONS: `--import=${breaks}` });
    assert.equal(await life.ended, 2);
    assert.match(life.text, /a worker exited with 9 3 times in a row before serving/);
  });

  it('gets the signals that are for whoever starts it by npm', async () => {
    const { scripts } = JSON.parse(await readFile('package.json', 'utf8'));
    const script = scripts.start.replace('dist/cli/main.js', MAIN);
    const child = spawn('sh', ['-c', `${script} --listen 127.0.0.1:0`], {
      cwd: folder,
      env: { PATH: process.env.PATH, WHEELGATE_FEED_URL: 'none', WHEELGATE_DATA: 'data' },
    });
    await new Promise<void>((listens) => child.stdout.on('data', () => listens()));
    const closed = once(child, 'close');
    child.kill('SIGTERM');
    assert.deepEqual(await closed, [0, null]);
  });
});
