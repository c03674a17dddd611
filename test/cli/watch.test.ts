import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { TestEnvironment } from '../support/environment.js';

const MAIN = resolve('build/src/cli/main.js');

describe('wheelgate watch', () => {
  let environment: TestEnvironment;
  let child: ChildProcess;
  let lines: AsyncIterator<string>;
  let notes: Interface;

  beforeEach(async () => {
    environment = await TestEnvironment.make();
    await environment.install();
  });
  afterEach(async () => {
    child.kill('SIGKILL');
    await environment.remove();
  });

  function start(...args: string[]) {
    child = spawn(process.execPath, [MAIN, 'watch', ...args], { cwd: environment.root });
    lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
    notes = createInterface({ input: child.stderr! });
  }

  /** The next event of a kind. */
  async function event(kind: string): Promise<Record<string, unknown>> {
    for (;;) {
      const { value, done } = await lines.next();
      if (done) assert.fail(`no event ${kind} came`);
      const parsed = JSON.parse(value) as Record<string, unknown>;
      if (parsed.event === kind) return parsed;
    }
  }

  it('tells a hook as a line of JSON, counts it, outlives the folder, and stops when told', async () => {
    start('.', '--listen', '127.0.0.1:0');
    const address = new Promise<string>((found) => {
      notes.on('line', (line) => {
        const url = /http:\S+/.exec(line)?.[0];
        if (url !== undefined) found(url);
      });
    });
    assert.equal((await event('watching')).path, '.');
    const file = await environment.write('evil.pth', 'import os\n');
    const finding = await event('finding');
    assert.equal(finding.code, 'startup-hook');
    assert.equal(finding.path, file);
    assert.match(String(finding.time), /^\d{4}-\d{2}-\d{2}T/);
    const text = await (await fetch(await address)).text();
    assert.match(text, /^wheelgate_watch_events_total\{event="finding"\} 1$/m);
    assert.match(text, /^wheelgate_watch_present 1$/m);
    assert.equal((await fetch((await address).replace('metrics', 'healthz'))).status, 200);
    assert.equal((await fetch((await address).replace('metrics', 'other'))).status, 404);

    await rm(join(environment.root, 'lib'), { recursive: true });
    await event('gone');
    await environment.write('evil.pth', 'import os\n');
    await event('back');
    assert.equal((await event('finding')).code, 'startup-hook');

    const ended = new Promise<number | null>((done) => child.once('close', done));
    child.kill('SIGTERM');
    assert.equal(await ended, 0);
  });

  it('looks as often as it is told to, and says so', async () => {
    start('.', '--poll', '1');
    const { polled, every } = await event('watching');
    assert.deepEqual([polled, every], ['asked for', 1]);
    await environment.write('evil.pth', 'import os\n');
    assert.equal((await event('finding')).code, 'startup-hook');
  });

  it('ends with 2 where the time between two looks is none', async () => {
    for (const poll of ['0', 'often', '1e9', '-1']) {
      start('.', `--poll=${poll}`);
      assert.equal(await new Promise((done) => child.once('close', done)), 2, poll);
    }
  });

  it('ends with 2 where there is nothing to watch', async () => {
    start('nowhere');
    const ended = new Promise<number | null>((done) => child.once('close', done));
    assert.equal(await ended, 2);
  });
});
