import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { buildWheel, type Distribution } from '../support/distributions.js';
import { type FakeUpstream, startFakeUpstream } from '../support/fake-upstream.js';
import { type IndexServer, indexProgram, startIndexServer } from '../support/index-server.js';
import { startGate, type TestGate } from '../support/wheelgate.js';

const run = promisify(execFile);
const own = buildWheel({ name: 'acme' });
const publicOne = buildWheel({ name: 'demo' });
const hooked = buildWheel({ name: 'hooked', files: { 'hooked.pth': 'import os\n' } });

/** A gate that asks a real index first, and the fake one for what that one lacks. */
function gateBehind(server: IndexServer, path: string): Promise<TestGate> {
  return startGate({
    withUpstream: (url) => ({
      upstreams: [
        { name: 'real', url: server.url + path },
        { name: 'public', url },
      ],
    }),
  });
}

async function serves(gate: TestGate, name: string, dist: Distribution): Promise<void> {
  const page = await gate.get(`/simple/${name}/`);
  assert.ok(page.body.includes(dist.filename), `${page.status} ${page.body}`);
  assert.deepEqual((await gate.get(`/files/${name}/${dist.filename}`)).body, dist.bytes);
}

/** devpi and proxpi ask an index for the list of its projects before they ask for one. */
function list(index: FakeUpstream, dists: Readonly<Record<string, Distribution>>): void {
  for (const [name, dist] of Object.entries(dists)) index.addProject(name, [dist]);
  const projects = Object.keys(dists).map((name) => ({ name }));
  const body = JSON.stringify({ meta: { 'api-version': '1.0' }, projects });
  index.serve('/simple/', body, 'application/vnd.pypi.simple.v1+json');
}

/** What a client gets of an index in front of the gate, by the first link of a project's page. */
async function linked(index: string, project: string): Promise<Buffer> {
  const page = await fetch(`${index}${project}/`);
  const href = /href="([^"#]+)/.exec(await page.text())?.[1];
  assert.ok(href, `${page.status}: no link for ${project}`);
  const answer = await fetch(new URL(href, page.url));
  return Buffer.from(await answer.arrayBuffer());
}

const pypiserver = indexProgram('pypi-server');
describe('pypiserver', { skip: pypiserver.skip }, () => {
  let folder: string;
  let server: IndexServer;
  let gate: TestGate;
  let elsewhere: FakeUpstream;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-pypiserver-'));
    await writeFile(join(folder, own.filename), own.bytes);
    elsewhere = await startFakeUpstream();
    server = await startIndexServer(pypiserver.found!, (port) => [
      ...['run', '-p', port, '-i', '127.0.0.1', '--fallback-url', elsewhere.url, folder],
    ]);
    gate = await gateBehind(server, '/simple/');
    gate.upstream.addProject('demo', [publicOne]);
  });
  after(async () => {
    await gate?.close();
    await server?.close();
    await elsewhere?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('behind the gate gives what it has', () => serves(gate, 'acme', own));

  it('sends on what it lacks, which the gate asks of its own next index, and of no other', async () => {
    elsewhere.addProject('demo', [buildWheel({ name: 'demo', version: '99.0' })]);
    await serves(gate, 'demo', publicOne);
    assert.equal(elsewhere.requests('/simple/demo/'), 0);
  });
});

const devpi = indexProgram('devpi-server');
describe('devpi', { skip: devpi.skip }, () => {
  let folder: string;
  let server: IndexServer;
  let gate: TestGate;
  let auth: string;

  const change = async (method: string, path: string, body: unknown, login = false) => {
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json',
      ...(!login && { 'x-devpi-auth': auth }),
    };
    const answer = await fetch(server.url + path, { method, headers, body: JSON.stringify(body) });
    const text = await answer.text();
    assert.ok(answer.ok, `${path}: ${answer.status} ${text}`);
    return JSON.parse(text) as { result: { password: string } };
  };

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-devpi-'));
    const data = join(folder, 'data');
    const init = ['--serverdir', data, '--no-root-pypi', '--root-passwd', 'root'];
    await run(indexProgram('devpi-init').found!, init);
    server = await startIndexServer(devpi.found!, (port) => [
      ...['--serverdir', data, '--host', '127.0.0.1', '--port', port],
    ]);
    const login = await change('POST', '/+login', { user: 'root', password: 'root' }, true);
    auth = Buffer.from(`root:${login.result.password}`).toString('base64');
    await change('PUT', '/root/dev', { type: 'stage', bases: [] });
    const form = new FormData();
    for (const [key, value] of [
      [':action', 'file_upload'],
      ['name', 'acme'],
      ['version', '1.0'],
      ['filetype', 'bdist_wheel'],
      ['pyversion', 'py3'],
      ['metadata_version', '2.1'],
    ] as const)
      form.append(key, value);
    form.append('content', new Blob([own.bytes]), own.filename);
    const headers = { 'x-devpi-auth': auth };
    const upload = await fetch(`${server.url}/root/dev/`, { method: 'POST', headers, body: form });
    assert.ok(upload.ok, `${upload.status} ${await upload.text()}`);
    gate = await gateBehind(server, '/root/dev/+simple/');
    list(gate.upstream, { demo: publicOne, hooked });
    await change('PUT', '/root/gate', { type: 'mirror', mirror_url: `${gate.url}/simple/` });
  });
  after(async () => {
    await gate?.close();
    await server?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('behind the gate gives what it has; the next index is asked for what it lacks', async () => {
    await serves(gate, 'acme', own);
    await serves(gate, 'demo', publicOne);
  });

  it('in front of the gate gives what is allowed, and nothing of what is refused', async () => {
    const index = `${server.url}/root/gate/+simple/`;
    assert.deepEqual(await linked(index, 'demo'), publicOne.bytes);
    assert.notDeepEqual(await linked(index, 'hooked'), hooked.bytes);
  });
});

const flask = indexProgram('flask');
describe('proxpi', { skip: flask.skip }, () => {
  let elsewhere: FakeUpstream;
  const servers: IndexServer[] = [];
  const gates: TestGate[] = [];

  const proxpi = async (index: string): Promise<IndexServer> => {
    const args = (port: string) => ['--app', 'proxpi.server', 'run', '--port', port];
    const server = await startIndexServer(flask.found!, args, { PROXPI_INDEX_URL: index });
    servers.push(server);
    return server;
  };

  before(async () => {
    elsewhere = await startFakeUpstream();
  });
  after(async () => {
    for (const part of [...gates, ...servers, elsewhere]) await part.close();
  });

  it('behind the gate gives what its own index has; the next one is asked for what it lacks', async () => {
    list(elsewhere, { acme: own });
    const server = await proxpi(elsewhere.url);
    const gate = await startGate({
      withUpstream: (url) => ({
        upstreams: [
          // It sends clients on to its index with files that take it longer than a second.
          { name: 'real', url: `${server.url}/index/`, files: [elsewhere.host] },
          { name: 'public', url },
        ],
      }),
    });
    gates.push(gate);
    gate.upstream.addProject('demo', [publicOne]);
    await serves(gate, 'acme', own);
    await serves(gate, 'demo', publicOne);
  });

  it('in front of the gate gives what is allowed, and nothing of what is refused', async () => {
    const gate = await startGate();
    gates.push(gate);
    list(gate.upstream, { demo: publicOne, hooked });
    const server = await proxpi(`${gate.url}/simple/`);
    assert.deepEqual(await linked(`${server.url}/index/`, 'demo'), publicOne.bytes);
    assert.notDeepEqual(await linked(`${server.url}/index/`, 'hooked'), hooked.bytes);
  });
});
