import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { monthOf } from '../support/demo/month.js';
import { type Demo, startDemo } from '../support/demo/start-demo.js';
import { ask } from '../support/wheelgate.js';

const AT = Date.UTC(2026, 10, 26, 12);

describe('the demo', () => {
  let demo: Demo;
  before(async () => {
    const publicUrl = 'https://wheelgate.example.com';
    demo = await startDemo({ at: AT, listen: '127.0.0.1:0', publicUrl, days: 10 });
  });
  after(() => demo?.close());

  it('has a month of the same requests each time, whose records its server has written', async () => {
    const month = monthOf(AT);
    assert.deepEqual(monthOf(AT), month);
    const days = new Set(month.map(({ at }) => new Date(at).toISOString().slice(0, 10)));
    assert.ok(days.size >= 30);
    const records = await demo.gate.decisions();
    assert.deepEqual(
      records.map(({ time, filename, user }) => [Date.parse(time), filename, user]),
      monthOf(AT, 10).map(({ at, file, client }) => [at, file.dist.filename, client.user]),
    );
  });

  it('has something of each kind to look at, and each page that it names', async () => {
    const { bars, unresolved } = (await ask(`${demo.url}/api/v1/overview?range=30d`)).json();
    const rulesIn = (kind: string) => new Set(bars.flatMap((bar: any) => Object.keys(bar[kind])));
    assert.deepEqual(rulesIn('refused'), new Set(['deny', 'cooldown', 'archive', 'startup-hook']));
    assert.deepEqual(rulesIn('wouldHave'), new Set(['sdist']));
    assert.ok(unresolved.length > 0);
    for (const [what, path] of demo.pages)
      assert.equal((await ask(demo.url + path)).status, 200, what);
  });

  it('names nobody and nowhere that could be real', async () => {
    const texts = [await readFile(join(demo.gate.folder, 'data', 'decisions.jsonl'), 'utf8')];
    // What is shipped names its sources.
    for (const [, path] of demo.pages.filter(([, page]) => page !== '/policy'))
      texts.push((await ask(demo.url + path)).body.toString());
    const hosts = texts.flatMap((text) => [
      ...[...text.matchAll(/https?:\/\/([^/"<:\s&\\]+)/g)].map(([, host]) => host!),
      ...[...text.matchAll(/[\w.+-]+@([\w.-]+)/g)].map(([, host]) => host!),
    ]);
    const foreign = hosts.filter((host) => !/(^|\.)example(\.com)?$|^127\.0\.0\.1$/.test(host));
    assert.deepEqual([...new Set(foreign)], []);
  });
});

describe('npm run demo', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-demo-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const start = (listen: string) => {
    const child = spawn(process.execPath, ['scripts/demo.mjs', '--listen', listen], {
      env: { PATH: process.env.PATH, TMPDIR: folder },
    });
    let text = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (piece) => {
        text += piece;
      });
    return { child, ended: once(child, 'close'), text: () => text };
  };

  it('says so where its port is taken, and what to type instead', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const at = `127.0.0.1:${(other.address() as AddressInfo).port}`;
    try {
      const { ended, text } = start(at);
      assert.deepEqual(await ended, [2, null]);
      assert.ok(text().startsWith(`${at} is taken by something else. Another port: `), text());
      assert.deepEqual(await readdir(folder), []);
    } finally {
      other.close();
    }
  });

  it('ends by Ctrl-C whenever it comes, and leaves nothing behind', async () => {
    const { child, ended, text } = start('127.0.0.1:0');
    while ((await readdir(folder)).length === 0) await new Promise((next) => setImmediate(next));
    child.kill('SIGINT');
    assert.deepEqual(await ended, [0, null], text());
    assert.deepEqual(await readdir(folder), []);
  });
});
