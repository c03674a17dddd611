import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { hashToken, newToken } from '../../src/access/token.js';
import { POLICY_IN_FORCE } from '../../src/messages/start.js';
import { buildWheel } from '../support/distributions.js';
import { type FakeUpstream, startFakeUpstream } from '../support/fake-upstream.js';
import { type GateProcess, startGateProcess } from '../support/gate-process.js';
import { childrenOf } from '../support/processes.js';
import { ask } from '../support/wheelgate.js';

async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  // A worker that is just dying takes a question with it.
  while (!(await Promise.resolve(holds()).catch(() => false))) await pause(5);
}

/** A connection that is kept, to one worker. */
class Kept {
  readonly #socket: Socket;
  #text = '';

  constructor(url: string) {
    const { hostname, port } = new URL(url);
    this.#socket = connect(Number(port), hostname);
    this.#socket.setEncoding('latin1').on('data', (piece: string) => {
      this.#text += piece;
    });
    this.#socket.on('error', () => {});
  }

  ask(path: string, authorization = ''): void {
    this.#text = '';
    const headers = authorization && `authorization: ${authorization}\r\n`;
    this.#socket.write(`HEAD ${path} HTTP/1.1\r\nhost: test\r\n${headers}\r\n`);
  }

  /** 0 while there is no answer. */
  get status(): number {
    return Number(/^HTTP\/1\.1 (\d+)/.exec(this.#text)?.[1] ?? 0);
  }

  close(): void {
    this.#socket.destroy();
  }
}

describe('an edit with several workers', {
  skip: existsSync('/proc/self/stat') ? false : 'it needs /proc',
}, () => {
  const dist = buildWheel({ name: 'demo' });
  const path = `/files/demo/${dist.filename}`;
  const token = newToken();
  const authorization = `Bearer ${token}`;
  let upstream: FakeUpstream;
  let folder: string;
  let gate: GateProcess;

  before(async () => {
    upstream = await startFakeUpstream();
    upstream.addProject('demo', [dist]);
  });
  after(() => upstream.close());
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-edits-'));
    await mkdir(join(folder, 'policies'));
    await writePolicy(false);
    await writeTokens(true);
    gate = await startGateProcess({
      folder,
      args: ['--upstream', upstream.url, '--policies', 'policies', '--workers', '2'],
      env: { WHEELGATE_ACCESS_TOKENS: 'tokens.yaml' },
    });
    await until(async () => (await get(path)).status === 200);
  });
  afterEach(async () => {
    assert.equal(await gate.end('SIGTERM'), 0, gate.log());
    await rm(folder, { recursive: true, force: true });
  });

  const get = (target: string) => ask(gate.url + target, { authorization });
  const writePolicy = (denied: boolean) =>
    writeFile(
      join(folder, 'policies', 'own.yaml'),
      denied ? 'deny: [{ project: demo, reason: not today }]\n' : 'deny: []\n',
    );
  const writeTokens = (good: boolean) =>
    writeFile(
      join(folder, 'tokens.yaml'),
      `tokens:\n  - { user: ci, hash: "sha256:${hashToken(good ? token : 'another').toString('hex')}" }\n`,
    );
  /** How often it has said that an edit is in force. */
  const told = (what: string) => gate.log().split(what).length - 1;

  /** Connections to all workers: who opens them one after the other gets the workers in turn. */
  async function connections(): Promise<Kept[]> {
    const kept: Kept[] = [];
    for (let count = 0; count < 8; count += 1) {
      const each = new Kept(gate.url);
      each.ask('/healthz');
      await until(() => each.status === 200);
      kept.push(each);
    }
    return kept;
  }

  for (const [what, edit, said, status] of [
    ['policy', () => writePolicy(true), POLICY_IN_FORCE, 403],
    ['tokens', () => writeTokens(false), 'tokens read', 401],
  ] as const)
    it(`of the ${what} is in force while one is stopped, and that one never answers by what was before`, async () => {
      const kept = await connections();
      const [still = 0] = await childrenOf(gate.pid);
      const before = told(said);
      process.kill(still, 'SIGSTOP');
      await edit();
      await until(() => told(said) > before);
      for (const each of kept) each.ask(path, authorization);
      const answered = () => kept.filter((each) => each.status !== 0);
      await until(() => answered().length > 0);
      assert.deepEqual([...new Set(answered().map((each) => each.status))], [status]);
      const waiting = kept.length - answered().length;
      assert.ok(waiting > 0, 'the stopped one has connections, too');
      process.kill(still, 'SIGCONT');
      await until(() => answered().length === kept.length);
      assert.deepEqual([...new Set(kept.map((each) => each.status))], [status]);
      for (const each of kept) each.close();
    });

  it('holds for a worker that begins meanwhile, at whatever step it is', async () => {
    let denied = false;
    for (let step = 0; step < 5; step += 1) {
      const [one = 0] = await childrenOf(gate.pid);
      process.kill(one, 'SIGKILL');
      await pause(step * 120);
      denied = !denied;
      const before = told(POLICY_IN_FORCE);
      await writePolicy(denied);
      process.kill(gate.pid, 'SIGHUP');
      await until(() => told(POLICY_IN_FORCE) > before);
      // Also where the answer comes from one that has just begun.
      await until(async () => (await get('/readyz')).json().parts.workers.state === 'ok');
      const answers = await Promise.all(Array.from({ length: 8 }, () => get(path)));
      for (const { status } of answers) assert.equal(status, denied ? 403 : 200, `step ${step}`);
    }
  });

  it('finds a worker replaced that hangs, and its clients cut off instead of waiting', async () => {
    const kept = await connections();
    const [still = 0] = await childrenOf(gate.pid);
    process.kill(still, 'SIGSTOP');
    for (const each of kept) each.ask(path, authorization);
    await until(() =>
      /a worker has not reported its policy for \d+ s; terminating it/.test(gate.log()),
    );
    const replaced = async () => {
      const workers = await childrenOf(gate.pid);
      return workers.length === 2 && !workers.includes(still);
    };
    await until(replaced);
    await until(async () => (await get('/readyz')).json().parts.workers.state === 'ok');
    assert.ok(await replaced());
    for (const each of kept) each.close();
  });
});
