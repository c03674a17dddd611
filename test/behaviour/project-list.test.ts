import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { startGateProcess } from '../support/gate-process.js';
import { longestWait } from '../support/longest-wait.js';
import { residentMiB } from '../support/resident-memory.js';
import { type Answer, startGate, type TestGate } from '../support/wheelgate.js';

const JSON_TYPE = 'application/vnd.pypi.simple.v1+json';
const UNPACK: Readonly<Record<string, (body: Buffer) => Buffer>> = {
  gzip: (body) => gunzipSync(body),
  br: (body) => brotliDecompressSync(body),
  identity: (body) => body,
};

function asJson(names: readonly string[]): string {
  return JSON.stringify({
    meta: { 'api-version': '1.1', '_last-serial': 7 },
    projects: names.map((name) => ({ '_last-serial': 1, name })),
  });
}

function asHtml(names: readonly string[]): string {
  const links = names.map((name) => `<a href="/simple/${name.toLowerCase()}/">${name}</a><br>`);
  return `<!DOCTYPE html><html><body>${links.join('\n')}</body></html>`;
}

function namesIn({ body, headers }: Answer): string[] {
  const text = UNPACK[String(headers['content-encoding'] ?? 'identity')]!(body).toString();
  if (headers['content-type'] === JSON_TYPE)
    return JSON.parse(text).projects.map(({ name }: { name: string }) => name);
  return [...text.matchAll(/<a href="[a-z0-9-]+\/">([^<]+)<\/a>/g)].map(([, name]) => name!);
}

describe('the list of projects', () => {
  let gate: TestGate;
  before(async () => {
    gate = await startGate();
  });
  after(() => gate.close());

  async function list(accept = JSON_TYPE, encoding = 'identity', etag = ''): Promise<Answer> {
    return gate.get('/simple/', {
      accept,
      'accept-encoding': encoding,
      ...(etag && { 'if-none-match': etag }),
    });
  }
  async function serve(body: string | Buffer, contentType = JSON_TYPE): Promise<void> {
    gate.upstream.serve('/simple/', body, contentType);
    gate.now += 3_600_000;
  }

  /** It is served as it was for a while where a machine is slow: then it is asked for again. */
  async function assertListed(wanted: readonly string[]): Promise<void> {
    let names: string[] = [];
    for (let tries = 0; tries < 30; tries += 1) {
      names = namesIn(await list());
      if (names.length === wanted.length) break;
    }
    assert.deepEqual(names, wanted);
  }

  it('is the same in every form and encoding, each with an ETag of its own that leads to a 304', async () => {
    await serve(asJson(['Zed', 'a', 'b_c', 'A.b']));
    const etags = new Set<string>();
    for (const accept of [JSON_TYPE, 'text/html'])
      for (const encoding of ['identity', 'gzip', 'br']) {
        const answer = await list(accept, encoding);
        assert.equal(answer.status, 200);
        assert.deepEqual(namesIn(answer), ['a', 'A.b', 'b_c', 'Zed']);
        assert.equal(Number(answer.headers['content-length']), answer.body.length);
        const etag = String(answer.headers.etag);
        etags.add(etag);
        const again = await list(accept, encoding, etag);
        assert.deepEqual([again.status, again.body.length], [304, 0]);
        const head = await gate.get('/simple/', { accept, 'accept-encoding': encoding }, 'HEAD');
        assert.deepEqual([head.status, head.headers.etag], [200, etag]);
      }
    assert.equal(etags.size, 6);
  });

  for (const [what, write, contentType] of [
    ['JSON', asJson, JSON_TYPE],
    ['HTML', asHtml, 'text/html'],
  ] as const)
    it(`is read whole from long ${what}, wherever its pieces end, sorted and each name once`, async () => {
      const names = Array.from({ length: 30_000 }, (_, at) => `n${(at * 7_919) % 29_989}`);
      await serve(write([...names, '-no-name-', 'x y', `a${'b'.repeat(300)}`]), contentType);
      const wanted = [...new Set(names)].sort();
      await assertListed(wanted);
    });

  for (const [what, body] of [
    ['is cut off', asJson(['a', 'b', 'c']).slice(0, -9)],
    ['is no list', '{"projects":{}}'],
    ['is nothing', ''],
    ['has its key elsewhere', '{"x":{"projects":[{"name":"a"}]}}'],
    ['is a bomb of brackets', '['.repeat(6_000_000)],
  ] as const)
    it(`stays what it was where an index sends one that ${what}`, async () => {
      await serve(asJson(['kept']));
      await assertListed(['kept']);
      await serve(body);
      await assertListed(['kept']);
      await serve(asJson(['kept', 'new']));
      await assertListed(['kept', 'new']);
    });

  it('is asked for again soon where an index has failed, and not where it has answered', async () => {
    const offer = (...names: string[]) => gate.upstream.serve('/simple/', asJson(names), JSON_TYPE);
    await serve(asJson(['one']));
    await assertListed(['one']);
    gate.upstream.fault('/simple/', { kind: 'status', status: 403 });
    gate.now += 3_600_000;
    await assertListed(['one']);
    gate.upstream.fault('/simple/', undefined);
    offer('one', 'two');
    // Less than the ten minutes of a list to which all have added, however slow the machine is.
    let names: string[] = [];
    for (let tries = 0; tries < 10 && names.length < 2; tries += 1) {
      gate.now += 31_000;
      names = namesIn(await list());
    }
    assert.deepEqual(names, ['one', 'two']);
    offer('one', 'two', 'three');
    gate.now += 31_000;
    assert.deepEqual(namesIn(await list()), ['one', 'two']);
  });

  it('is made again where somebody removes it, and after a restart while the index is down', async () => {
    await serve(asJson(['a']));
    await assertListed(['a']);
    const folder = join(gate.folder, 'data', 'lists');
    for (const name of await readdir(folder))
      if (!name.endsWith('.names.gz')) await rm(join(folder, name));
    assert.equal((await list()).status, 503);
    await assertListed(['a']);
    gate.upstream.fault('/simple/', { kind: 'status', status: 500 });
    await gate.restart();
    await assertListed(['a']);
    gate.upstream.fault('/simple/', undefined);
    assert.equal((await readdir(folder)).length, 5);
  });

  it('is served as it was within a time that any client has while the index drips', async () => {
    await serve(asJson(['a']));
    await assertListed(['a']);
    await serve(asJson(['a', 'b']));
    gate.upstream.fault('/simple/', { kind: 'stall', after: 10 });
    assert.deepEqual(namesIn(await list()), ['a']);
    gate.upstream.fault('/simple/', undefined);
    gate.upstream.release();
    await assertListed(['a', 'b']);
  });
});

describe('the list of projects with 700,000 names', {
  skip: process.platform !== 'linux' && 'reads /proc',
}, () => {
  it('keeps nobody else waiting, and is never in memory as a whole', async () => {
    const count = 700_000;
    const names = Array.from({ length: count }, (_, at) => `project-${at.toString(36)}`).sort();
    const body = gzipSync(asJson(names), { level: 1 });
    const upstream = createServer((_req, res) =>
      res.writeHead(200, { 'content-type': JSON_TYPE, 'content-encoding': 'gzip' }).end(body),
    );
    await new Promise<void>((done) => upstream.listen(0, '127.0.0.1', done));
    const { port } = upstream.address() as AddressInfo;
    const folder = await mkdtemp(join(tmpdir(), 'wheelgate-list-'));
    const args = ['--upstream', `http://127.0.0.1:${port}/simple/`];
    const env = { NODE_OPTIONS: '--max-old-space-size=64' };
    const gate = await startGateProcess({ folder, args, env });
    try {
      const before = await residentMiB(gate.pid, 'VmHWM');
      const started = performance.now();
      const asked = Promise.all(
        ['gzip', 'br', 'identity', 'identity'].map((encoding) =>
          lengthOf(`${gate.url}/simple/`, encoding),
        ),
      );
      const longest = await longestWait(asked, () => lengthOf(`${gate.url}/healthz`, 'identity'));
      const lengths = await asked;
      const whole = performance.now() - started;
      assert.ok(longest < whole / 4, `somebody waited ${longest} of ${whole} ms`);
      assert.equal(lengths[2], lengths[3]);
      assert.ok(lengths[2]! > count * 40, `${lengths[2]} bytes`);
      const grown = (await residentMiB(gate.pid, 'VmHWM')) - before;
      // Its text has 40 MB in JSON and in HTML; as objects it had 400.
      assert.ok(grown < 150, `it grew by ${grown} MiB`);
    } finally {
      await gate.end('SIGKILL');
      upstream.closeAllConnections();
      upstream.close();
      await rm(folder, { recursive: true, force: true });
    }
  });
});

function lengthOf(url: string, encoding: string): Promise<number> {
  return new Promise((resolve, reject) => {
    get(url, { agent: false, headers: { 'accept-encoding': encoding } }, (response) => {
      if (response.statusCode !== 200) return reject(new Error(`status ${response.statusCode}`));
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
      });
      response.on('end', () => resolve(bytes)).on('error', reject);
    }).on('error', reject);
  });
}
