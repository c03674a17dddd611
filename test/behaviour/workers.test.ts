import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { constants, existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { differsFromPin } from '../../src/messages/reasons.js';
import { buildSdist, buildWheel } from '../support/distributions.js';
import {
  type FakeUpstream,
  type Fault,
  packagePath,
  startFakeUpstream,
} from '../support/fake-upstream.js';
import { type GateProcess, startGateProcess } from '../support/gate-process.js';
import { ANY, saying } from '../support/messages.js';
import { childrenOf } from '../support/processes.js';
import { ask } from '../support/wheelgate.js';

const NO_PROC = existsSync('/proc/self/stat') ? false : 'it needs /proc';

/** Which of some processes writes a file: others may read it meanwhile. */
async function writerOf(path: string, pids: readonly number[]): Promise<number | undefined> {
  for (const pid of pids)
    for (const fd of await readdir(`/proc/${pid}/fd`)) {
      if ((await readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')) !== path) continue;
      const info = await readFile(`/proc/${pid}/fdinfo/${fd}`, 'utf8').catch(() => '');
      const [, flags = '0'] = /^flags:\s*(\d+)/m.exec(info) ?? [];
      if (
        (Number.parseInt(flags, 8) & (constants.O_WRONLY | constants.O_RDWR)) !==
        constants.O_RDONLY
      )
        return pid;
    }
  return undefined;
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  // A worker that is just dying takes a question with it.
  while (!(await holds().catch(() => false))) await new Promise((resolve) => setImmediate(resolve));
}

describe('several workers', () => {
  const dist = buildWheel({ name: 'demo', files: { 'demo/data.bin': randomBytes(3_000_000) } });
  const hooked = buildWheel({ name: 'hooked', files: { 'hooked.pth': 'import os\n' } });
  const path = `/files/demo/${dist.filename}`;
  const upstreamPath = packagePath('demo', dist.filename);
  let upstream: FakeUpstream;
  let folder: string;
  let gate: GateProcess;

  before(async () => {
    upstream = await startFakeUpstream();
  });
  after(() => upstream.close());
  beforeEach(async () => {
    upstream.addProject('demo', [dist]);
    const before = buildWheel({ name: 'hooked', version: '0.9' });
    upstream.addProject('hooked', [before, hooked, buildSdist({ name: 'hooked' })]);
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-workers-'));
    await mkdir(join(folder, 'policies'));
    await writeFile(join(folder, 'policies', 'own.yaml'), 'deny: []\n');
    gate = await startGateProcess({
      folder,
      args: ['--upstream', upstream.url, '--policies', 'policies', '--workers', '2'],
      // What is large here flows before its verdict.
      env: {
        WHEELGATE_GATE_HOLD_BYTES: '200KB',
        WHEELGATE_GATE_HOLD_TIME: '10m',
        WHEELGATE_GATE_LAST_BLOCK: '100KB',
      },
    });
  });
  afterEach(async () => {
    upstream.fault(upstreamPath, undefined);
    upstream.release();
    assert.equal(await gate.end('SIGTERM'), 0, gate.log());
    await rm(folder, { recursive: true, force: true });
  });

  const get = (target: string, headers?: Record<string, string>) => ask(gate.url + target, headers);
  /** The sum of a metric's series that have these labels. */
  async function metric(name: string, labels = ''): Promise<number> {
    const text = (await get('/metrics')).body.toString();
    return text
      .split('\n')
      .filter((line) => line.startsWith(`wheelgate_${name}`) && line.includes(labels))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
  }

  it('fetch an artifact once for the clients of all of them', async () => {
    const before = upstream.requests(upstreamPath);
    upstream.fault(upstreamPath, { kind: 'stall', after: 1_000_000 });
    const answers = Array.from({ length: 6 }, () => get(path));
    await until(async () => (await metric('cache_requests_total', 'tier="artifacts"')) === 6);
    await until(async () => upstream.requests(upstreamPath) > before);
    upstream.release();
    for (const { status, body } of await Promise.all(answers)) {
      assert.equal(status, 200);
      assert.ok(body.equals(dist.bytes));
    }
    assert.equal(upstream.requests(upstreamPath) - before, 1);
    assert.equal(await metric('inspection_duration_seconds_count'), 1);
    assert.ok((await metric('cache_requests_total', 'tier="artifacts",result="miss"')) === 2);
    assert.equal(await metric('downloads_total', 'kind="wheel"'), 6);
    const log = await readFile(join(folder, 'data', 'decisions.jsonl'), 'utf8');
    assert.equal(log.trimEnd().split('\n').length, 6);
    await until(async () => (await readdir(join(folder, 'data', 'spool'))).length === 0);
  });

  it('refuse in all of them what one of them has found', async () => {
    const target = `/files/hooked/${hooked.filename}`;
    for (let count = 0; count < 6; count += 1) assert.equal((await get(target)).status, 403);
    assert.equal(upstream.requests(packagePath('hooked', hooked.filename)), 1);
    for (let count = 0; count < 4; count += 1)
      assert.equal((await get('/simple/hooked/')).body.toString().match(/data-yanked/g)?.length, 2);
    // Whoever is refused the wheel goes on to the sdist, and may ask another process for it.
    for (let count = 0; count < 4; count += 1)
      assert.equal((await get('/files/hooked/hooked-1.0.tar.gz')).status, 403);
    assert.equal(upstream.requests(packagePath('hooked', 'hooked-1.0.tar.gz')), 0);
    assert.equal(await metric('blocked_downloads_total', 'rule="startup-hook"'), 10);
  });

  it('cut off the clients of all of them, where a large one turns out bad', async () => {
    const bad = buildWheel({
      name: 'bad',
      files: { 'bad/data.bin': randomBytes(2_000_000), 'bad.pth': 'import os\n' },
    });
    upstream.addProject('bad', [bad]);
    const target = packagePath('bad', bad.filename);
    upstream.fault(target, { kind: 'stall', after: 1_500_000 });
    const answers = Array.from({ length: 6 }, (_, index) =>
      get(`/files/bad/${bad.filename}`, index < 3 ? {} : { range: 'bytes=0-899999' }),
    );
    await until(async () => (await metric('first_byte_seconds_count', 'cache="miss"')) === 6);
    upstream.release();
    for (const [index, answer] of (await Promise.all(answers)).entries()) {
      const { status, body, complete } = answer;
      assert.equal(status, index < 3 ? 200 : 206, 'it had begun');
      assert.ok(!complete && body.length < (index < 3 ? bad.bytes.length : 900_000));
      assert.ok(body.length <= bad.bytes.length - 100_000);
      assert.ok(body.equals(bad.bytes.subarray(0, body.length)));
    }
    assert.equal(upstream.requests(target), 1);
    for (let count = 0; count < 4; count += 1)
      assert.equal((await get(`/files/bad/${bad.filename}`)).status, 403);
    assert.equal(await metric('downloads_total', 'verdict="block"'), 10);
  });

  it('list in all of them what one of them has seen listed', async () => {
    const before = upstream.requests('/simple/demo/');
    for (let count = 0; count < 8; count += 1) await get('/simple/demo/');
    // Each asks for itself at most, and what the other one has kept by then serves both.
    assert.ok(upstream.requests('/simple/demo/') - before <= 2);
    const newer = buildWheel({ name: 'fresh', version: '2.0' });
    upstream.addProject('fresh', [newer]);
    for (let count = 0; count < 4; count += 1)
      assert.equal((await get(`/files/fresh/${newer.filename}`)).status, 200);
  });

  it('take a policy over together, and none that does not validate', async () => {
    for (let count = 0; count < 2; count += 1) assert.equal((await get(path)).status, 200);
    const policy = join(folder, 'policies', 'own.yaml');
    await writeFile(policy, 'deny:\n  - project: demo\n    reason: not today\n');
    process.kill(gate.pid, 'SIGHUP');
    await until(async () => (await get(path)).status === 403);
    for (let count = 0; count < 6; count += 1) assert.equal((await get(path)).status, 403);
    await writeFile(policy, 'deny: 7\n');
    process.kill(gate.pid, 'SIGHUP');
    await until(async () => (await metric('policy_load_failures_total')) > 0);
    for (let count = 0; count < 4; count += 1) {
      assert.equal((await get(path)).status, 403);
      assert.equal((await get('/readyz')).json().parts.policy.state, 'degraded');
    }
    assert.equal(await metric('policy_revision_info'), 1);
  });

  /** Kills the worker that is at a fill while 6 clients wait for it. @returns what they have had in the end */
  async function dyingInFill(fault: Fault & { readonly after: number }, then?: () => void) {
    for (let count = 0; count < 4; count += 1) await get('/simple/demo/');
    upstream.fault(upstreamPath, fault);
    const spool = join(folder, 'data', 'spool');
    const before = upstream.requests(upstreamPath);
    const answers = Promise.allSettled(Array.from({ length: 6 }, () => get(path)));
    await until(async () => (await metric('cache_requests_total', 'tier="artifacts"')) === 6);
    await until(async () => upstream.requests(upstreamPath) > before);
    if (fault.after > 200_000)
      await until(async () => (await metric('first_byte_seconds_count', 'cache="miss"')) === 6);
    const workers = await childrenOf(gate.pid);
    assert.equal(workers.length, 2);
    const [file] = await readdir(spool);
    const owner = await writerOf(join(spool, file!), workers);
    then?.();
    process.kill(owner!, 'SIGKILL');
    await until(async () => upstream.requests(upstreamPath) - before >= 2);
    upstream.release();
    const ended = await answers;
    // What it was receiving is swept away; the other one's has become a blob.
    await until(async () => (await readdir(spool)).length === 0);
    return ended.flatMap((end) =>
      end.status === 'fulfilled' && end.value.complete ? [end.value] : [],
    );
  }

  for (const [how, fault] of [
    ['before anything has left', { kind: 'stall', after: 100_000 }],
    ['in the middle of responses', { kind: 'stall', after: 1_000_000, ranges: true }],
    ['near their end', { kind: 'stall', after: dist.bytes.length - 1_000, ranges: true }],
    ['where the index gives no part of a file', { kind: 'stall', after: 1_000_000 }],
  ] as const)
    it(`go on when one of them dies in a fill, ${how}, and it is replaced`, {
      skip: NO_PROC,
    }, async () => {
      const counted = await metric('requests_total', 'route="simple"');
      const whole = await dyingInFill(fault);
      // Its own clients are cut off, and no others.
      assert.ok(whole.length > 0 && whole.length < 6, `${whole.length} were served`);
      for (const { status, body } of whole) {
        assert.equal(status, 200);
        assert.ok(body.equals(dist.bytes));
      }
      const { range } = upstream.lastHeaders(upstreamPath)!;
      if ('ranges' in fault) assert.equal(range, `bytes=${fault.after}-`);
      await until(async () => (await get('/readyz')).json().parts.workers.state === 'ok');
      assert.equal((await childrenOf(gate.pid)).length, 2);
      for (let count = 0; count < 4; count += 1)
        assert.ok((await get(path)).body.equals(dist.bytes));
      assert.ok((await metric('requests_total', 'route="simple"')) >= counted);
      assert.match(gate.log(), /a worker exited with SIGKILL; replacing it/);
    });

  it('put nothing together of two files where one of them dies in a fill', {
    skip: NO_PROC,
  }, async () => {
    const other = Buffer.from(dist.bytes);
    other[500_000] = other[500_000]! ^ 0xff;
    upstream.serve(upstreamPath, other, 'application/octet-stream');
    // The one that died had other bytes than those that are right.
    const whole = await dyingInFill({ kind: 'stall', after: 1_000_000 }, () => {
      upstream.fault(upstreamPath, undefined);
      upstream.serve(upstreamPath, dist.bytes, 'application/octet-stream');
    });
    assert.deepEqual(whole, []);
    assert.ok((await get(path)).body.equals(dist.bytes));
  });

  it('let no client wait for one that died before it had taken the connection', {
    skip: NO_PROC,
  }, async () => {
    const [still = 0] = await childrenOf(gate.pid);
    process.kill(still, 'SIGSTOP');
    // Connections go to the workers in turn: one of these is handed to the one that takes nothing.
    const asked = Array.from({ length: 4 }, () =>
      get('/healthz').then(
        () => 'answered',
        () => 'cut off',
      ),
    );
    const sleeping = new Set(asked);
    for (const each of asked) void each.then(() => sleeping.delete(each));
    await until(async () => sleeping.size === 1);
    process.kill(still, 'SIGKILL');
    assert.deepEqual((await Promise.all(asked)).toSorted(), [
      'answered',
      'answered',
      'answered',
      'cut off',
    ]);
  });

  it('pin a file without a digest once for all of them, and for those after them', async () => {
    const pinned = buildWheel({
      name: 'pinned',
      files: { 'pinned/data.bin': randomBytes(900_000) },
    });
    const next = buildWheel({ name: 'pinned', files: { 'pinned/other.py': '' } });
    const target = `/files/pinned/${pinned.filename}`;
    const targetPath = packagePath('pinned', pinned.filename);
    const restart = async () => {
      await gate.end('SIGTERM');
      gate = await startGateProcess({
        folder,
        args: ['--policies', 'policies', '--workers', '2'],
        env: {
          WHEELGATE_UPSTREAMS: JSON.stringify([
            { name: 'bare', url: upstream.url, unhashed: 'pin' },
          ]),
          WHEELGATE_CACHE_PAGE_TTL: '0s',
        },
      });
    };
    await restart();
    upstream.addProject('pinned', [{ dist: pinned, hashes: {} }]);
    upstream.fault(targetPath, { kind: 'stall', after: 300_000 });
    const answers = Array.from({ length: 12 }, () => get(target));
    await until(async () => (await metric('cache_requests_total', 'tier="artifacts"')) === 12);
    await until(async () => upstream.requests(targetPath) > 0);
    upstream.release();
    for (const { status, body } of await Promise.all(answers)) {
      assert.equal(status, 200);
      assert.ok(body.equals(pinned.bytes));
    }
    for (let count = 0; count < 6; count += 1)
      assert.equal((await get(target)).headers.etag, `"${pinned.sha256}"`);
    assert.equal(upstream.requests(targetPath), 1);
    for (let count = 0; count < 4; count += 1)
      assert.match((await get('/simple/pinned/')).body.toString(), /#sha256=/);

    upstream.fault(targetPath, undefined);
    upstream.addProject('pinned', [
      { dist: next, hashes: {} },
      buildWheel({ name: 'pinned', version: '0.1' }),
    ]);
    await rm(join(folder, 'data', 'blobs'), { recursive: true });
    await restart();
    const refused = await Promise.all(Array.from({ length: 12 }, () => get(target)));
    for (const { status, phrase } of refused) {
      assert.equal(status, 403);
      assert.match(phrase, saying(`${differsFromPin(ANY, ANY, ANY)} (integrity)`));
    }
    for (let count = 0; count < 4; count += 1)
      assert.match((await get('/simple/pinned/')).body.toString(), /data-yanked="[^"]*pinned/);
    assert.equal(upstream.requests(targetPath), 2);
  });

  it('say why they cannot begin', async () => {
    const port = new URL(gate.url).port;
    await assert.rejects(
      startGateProcess({
        folder,
        args: ['--workers', '2', '--data', 'other', '--listen', `127.0.0.1:${port}`],
      }),
      /serve ended with 2: .*EADDRINUSE/s,
    );
  });
});
