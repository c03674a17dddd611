import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, get, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type GateProcess, startGateProcess } from '../support/gate-process.js';
import { residentMiB } from '../support/resident-memory.js';

const PAGES = 50;
/** Files of one page; its body has some 400 kB. */
const FILES = 1_000;
/** `cache.pages`, in MiB. */
const BUDGET = 8;
/** What its heap may be, and what the process may grow by, in MiB: nothing kept of all pages would go into either. */
const HEAP = 96;
const ALLOWED = 90;
const JSON_TYPE = 'application/vnd.pypi.simple.v1+json';
const ASKED: readonly (readonly [accept: string, encoding: string])[] = [
  ['text/html', 'gzip'],
  [JSON_TYPE, 'br'],
  [JSON_TYPE, 'identity'],
];

describe('memory for pages', { skip: process.platform !== 'linux' && 'reads /proc' }, () => {
  it(`is bounded in bytes: ${PAGES} large ones in several forms, one after another and all at once`, async () => {
    await withGate(async (gate) => {
      await fetchPage(gate, 0, ...ASKED[0]!);
      const before = await residentMiB(gate.pid, 'VmHWM');
      for (let page = 0; page < PAGES; page += 1)
        for (const asked of ASKED) await fetchPage(gate, page, ...asked);
      const one = await residentMiB(gate.pid, 'VmHWM');
      assert.ok(one - before < ALLOWED, `${before} MiB grew to ${one} one after another`);
      const others = Array.from({ length: PAGES }, (_, page) => PAGES + page);
      await Promise.all(others.map((page) => fetchPage(gate, page, ...ASKED[page % 3]!)));
      const all = await residentMiB(gate.pid, 'VmHWM');
      assert.ok(all - before < ALLOWED, `${before} MiB grew to ${all} all at once`);
    });
  });
});

async function withGate(work: (gate: GateProcess) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'wheelgate-page-memory-'));
  const upstream = await serve();
  const { port } = upstream.address() as AddressInfo;
  const gate = await startGateProcess({
    folder,
    args: ['--upstream', `http://127.0.0.1:${port}/simple/`],
    env: { WHEELGATE_CACHE_PAGES: `${BUDGET}MiB`, NODE_OPTIONS: `--max-old-space-size=${HEAP}` },
  });
  try {
    await work(gate);
  } finally {
    await gate.end('SIGKILL');
    upstream.closeAllConnections();
    upstream.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** An index with any number of large pages. */
async function serve(): Promise<Server> {
  const server = createServer((req, res) => {
    const name = /^\/simple\/([^/]+)\/$/.exec(req.url ?? '')?.[1] ?? '';
    res.writeHead(200, {
      'content-type': 'application/vnd.pypi.simple.v1+json',
      'content-encoding': 'gzip',
    });
    res.end(gzipSync(pageOf(name), { level: 1 }));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return server;
}

function pageOf(name: string): string {
  const files = Array.from({ length: FILES }, (_, index) => {
    const sha256 = `${index}f`.padStart(64, 'a');
    const filename = `${name}-1.${index}-py3-none-any.whl`;
    return {
      filename,
      url: `https://files.example.com/packages/${sha256}/${filename}`,
      hashes: { sha256 },
      'core-metadata': { sha256 },
      'requires-python': '>=3.9',
      size: index,
      'upload-time': '2022-10-21T12:33:30.123456Z',
      yanked: false,
    };
  });
  return JSON.stringify({ meta: { 'api-version': '1.1' }, name, versions: [], files });
}

function fetchPage(
  gate: GateProcess,
  page: number,
  accept: string,
  encoding: string,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { accept, 'accept-encoding': encoding };
    get(`${gate.url}/simple/page${page}/`, { agent: false, headers }, (response) => {
      if (response.statusCode !== 200) return reject(new Error(`status ${response.statusCode}`));
      response.on('end', resolve).on('error', reject).resume();
    }).on('error', reject);
  });
}
