import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { startGateProcess } from '../support/gate-process.js';
import { longestWait } from '../support/longest-wait.js';
import { residentMiB } from '../support/resident-memory.js';

const MIB = 2 ** 20;
const CLIENTS = 8;
const RELEASES = 1_000;
const JSON_TYPE = 'application/vnd.pypi.simple.v1+json';

describe('the JSON API of a big project', {
  skip: process.platform !== 'linux' && 'reads /proc',
}, () => {
  it(`is rewritten whole for ${CLIENTS} at once, one at a time in memory, and keeps nobody else waiting`, async () => {
    const { page, document } = bigProject();
    const upstream = createServer((req, res) =>
      req.url === '/pypi/big/json'
        ? res.writeHead(200, { 'content-type': 'application/json' }).end(document)
        : res.writeHead(200, { 'content-type': JSON_TYPE }).end(page),
    );
    await new Promise<void>((done) => upstream.listen(0, '127.0.0.1', done));
    const { port } = upstream.address() as AddressInfo;
    const folder = await mkdtemp(join(tmpdir(), 'wheelgate-metadata-'));
    const gate = await startGateProcess({
      folder,
      args: ['--upstream', `http://127.0.0.1:${port}/simple/`],
      env: { NODE_OPTIONS: '--max-old-space-size=96' },
    });
    try {
      await ask(`${gate.url}/simple/big/`);
      const before = await residentMiB(gate.pid, 'VmHWM');
      const started = performance.now();
      const asked = Promise.all(
        Array.from({ length: CLIENTS }, (_, client) =>
          ask(`${gate.url}/pypi/big/json`, client === 0),
        ),
      );
      const longest = await longestWait(asked, () => ask(`${gate.url}/healthz`));
      const answers = await asked;
      const whole = performance.now() - started;
      const { releases, info } = JSON.parse(answers[0]!.text);
      assert.equal(Object.keys(releases).length, RELEASES);
      assert.equal(info.version, '1.0');
      const urls = new Set(Object.values<any>(releases).map(([{ url }]) => new URL(url).host));
      assert.deepEqual([...urls], [new URL(gate.url).host]);
      for (const { bytes } of answers) assert.equal(bytes, answers[0]!.bytes);
      const grown = (await residentMiB(gate.pid, 'VmHWM')) - before;
      const size = document.length / MIB;
      assert.ok(grown < 12 * size, `${CLIENTS} of ${Math.round(size)} MiB took ${grown}`);
      assert.ok(longest < whole / 3, `somebody waited ${longest} of ${whole} ms`);
      assert.deepEqual(await readdir(join(folder, 'data', 'spool')), []);
    } finally {
      await gate.end('SIGKILL');
      upstream.closeAllConnections();
      upstream.close();
      await rm(folder, { recursive: true, force: true });
    }
  });
});

/** A document of some 10 MB, most of it in its releases. */
function bigProject(): { page: string; document: Buffer } {
  const versions = Array.from({ length: RELEASES }, (_, at) => `1.${at}`);
  const files = versions.map((version) => ({
    filename: `big-${version}-py3-none-any.whl`,
    url: `https://files.example.com/big-${version}-py3-none-any.whl`,
    hashes: { sha256: 'a'.repeat(64) },
  }));
  const releases = Object.fromEntries(
    files.map((file, at) => [versions[at], [{ ...file, comment: '", {[é '.repeat(1_200) }]]),
  );
  const info = { version: '1.0', description: 'x'.repeat(100_000) };
  return {
    page: JSON.stringify({ meta: { 'api-version': '1.1' }, name: 'big', versions, files }),
    document: Buffer.from(JSON.stringify({ info, releases, urls: releases['1.0'] })),
  };
}

function ask(url: string, isWanted = false): Promise<{ text: string; bytes: number }> {
  return new Promise((resolve, reject) => {
    get(url, { agent: false }, (response) => {
      if (response.statusCode !== 200) return reject(new Error(`status ${response.statusCode}`));
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (isWanted) chunks.push(chunk);
      });
      response.on('end', () => resolve({ text: Buffer.concat(chunks).toString(), bytes }));
      response.on('error', reject);
    }).on('error', reject);
  });
}
