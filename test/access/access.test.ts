import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { hashToken, newToken } from '../../src/access/token.js';
import { buildWheel } from '../support/distributions.js';
import { type GateProcess, startGateProcess } from '../support/gate-process.js';
import { startGate, type TestGate } from '../support/wheelgate.js';

const DAY = 86_400_000;
const TLS = resolve('test/support/tls');

function entry(user: string, token: string, more = ''): string {
  return `  - { user: ${user}, hash: "sha256:${hashToken(token).toString('hex')}"${more} }\n`;
}

const basic = (user: string, token: string) => ({
  authorization: `Basic ${Buffer.from(`${user}:${token}`).toString('base64')}`,
});
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describe('access by tokens', () => {
  let folder: string;
  let file: string;
  let gate: TestGate;
  const [ci, boss, late, other] = Array.from({ length: 4 }, newToken) as [
    string,
    string,
    string,
    string,
  ];
  const dist = buildWheel();
  const paths = [
    '/',
    '/simple/',
    '/simple/demo/',
    `/files/demo/${dist.filename}`,
    `/files/demo/${dist.filename}.metadata`,
    '/pypi/demo/json',
    '/integrity/demo/1.0/x/provenance',
    '/api/v1/explain?project=demo',
    '/API/v1/exposure?project=demo',
    '//simple/demo/',
    '/healthz%2f..%2fsimple/demo/',
    '/nothing',
  ];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-access-'));
    file = join(folder, 'tokens.yaml');
    await writeFile(
      file,
      `tokens:\n${entry('ci', ci)}${entry('boss', boss, ', role: admin')}${entry('late', late, ', expires: "2026-11-02"')}`,
    );
    gate = await startGate({ config: { 'access.tokens': file } });
    gate.upstream.addProject('demo', [dist]);
  });
  after(async () => {
    await gate.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('is asked for on every route but the probes and the metrics', async () => {
    for (const path of paths) {
      const answer = await gate.get(path);
      assert.equal(answer.status, 401, path);
      assert.equal(answer.headers['www-authenticate'], 'Basic realm="Wheelgate"');
      assert.match(answer.json().detail, /WHEELGATE_TOKEN/);
      assert.equal((await gate.get(path, {}, 'HEAD')).status, 401, path);
    }
    for (const path of ['/healthz', '/readyz', '/metrics'])
      assert.equal((await gate.get(path)).status, 200, path);
  });

  it("is given by Bearer, and by Basic as pip's URL sends it", async () => {
    for (const headers of [bearer(ci), basic('ci', ci), basic('__token__', ci), bearer(boss)])
      assert.equal((await gate.get('/simple/demo/', headers)).status, 200);
  });

  it('is not given by another token, another user, an empty or an odd header', async () => {
    const wrong = [
      bearer(other),
      bearer(`${ci}x`),
      bearer(ci.slice(0, -1)),
      bearer(hashToken(ci).toString('hex')),
      basic('boss', ci),
      basic('', ci),
      basic('ci', ''),
      { authorization: ci },
      { authorization: `Basic ${ci}` },
      { authorization: '' },
    ];
    for (const headers of wrong)
      assert.equal((await gate.get('/simple/demo/', headers)).status, 401, headers.authorization);
  });

  it('names the user in the decision log, not the one who was claimed', async () => {
    await gate.get(`/files/demo/${dist.filename}`, basic('__token__', ci));
    assert.equal((await gate.decisions()).at(-1)!.user, 'ci');
  });

  it('lets only an admin ask who downloaded what', async () => {
    for (const path of ['/api/v1/exposure?project=demo', '/api/v1/exposure/?project=demo']) {
      assert.equal((await gate.get(path, bearer(ci))).status, 403, path);
      assert.equal((await gate.get(path, bearer(boss))).status, 200, path);
    }
    assert.equal((await gate.get('/api/v1/explain?project=demo', bearer(ci))).status, 200);
  });

  it('ends with the last day of the token', async () => {
    assert.equal((await gate.get('/simple/demo/', bearer(late))).status, 200);
    gate.now += 2 * DAY;
    assert.equal((await gate.get('/simple/demo/', bearer(late))).status, 401);
  });

  it('follows the file, and keeps the last good one', async () => {
    await writeFile(file, `tokens:\n${entry('new', other)}`);
    await gate.gate.tokens!.reload();
    assert.equal((await gate.get('/simple/demo/', bearer(ci))).status, 401);
    assert.equal((await gate.get('/simple/demo/', bearer(other))).status, 200);
    await writeFile(file, 'tokens:\n  - { user: x, hash: my-secret-token }\n');
    await gate.gate.tokens!.reload();
    assert.equal((await gate.get('/simple/demo/', bearer(other))).status, 200);
    const { parts } = (await gate.get('/readyz')).json();
    assert.equal(parts.access.state, 'degraded');
  });

  it('refuses to start on a file that does not hold, and repeats no secret', async () => {
    await writeFile(file, 'tokens:\n  - { user: x, hash: my-secret-token }\n');
    await assert.rejects(startGate({ config: { 'access.tokens': file } }), (error: Error) => {
      assert.match(error.message, /tokens\.yaml:2:\d+: .*sha256/);
      assert.doesNotMatch(error.message, /my-secret-token/);
      return true;
    });
  });

  it('leaves nothing behind of a start that fails: the next one has the data folder at once', async () => {
    const data = join(folder, 'again');
    await writeFile(file, 'tokens: 7\n');
    const config = { 'access.tokens': file };
    await assert.rejects(startGate({ config, data }), /tokens\.yaml/);
    await writeFile(file, `tokens:\n${entry('ci', ci)}`);
    const next = await startGate({ config, data });
    assert.equal((await next.get('/healthz')).status, 200);
    await next.close();
  });
});

describe('HTTPS without a server in front', () => {
  let folder: string;
  let gate: GateProcess;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-tls-'));
    for (const name of ['server.pem', 'server.key'])
      await writeFile(join(folder, name), await readFile(join(TLS, name)));
    await writeFile(join(folder, 'wheelgate.yaml'), 'tls: { cert: server.pem, key: server.key }\n');
    gate = await startGateProcess({ folder });
  });
  after(async () => {
    await gate?.end('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  it('answers to those who trust its certificate', async () => {
    assert.match(gate.url, /^https:/);
    const ca = await readFile(join(TLS, 'authority.pem'));
    const status = await new Promise((found, failed) => {
      request(`${gate.url}/healthz`, { ca, agent: false }, (answer) => {
        answer.resume();
        found(answer.statusCode);
      })
        .on('error', failed)
        .end();
    });
    assert.equal(status, 200);
  });

  it('refuses to start where key and certificate do not belong together, or one is missing', async () => {
    await writeFile(join(folder, 'server.key'), 'no key\n');
    await assert.rejects(startGateProcess({ folder }), /ended with 2/);
    await rm(join(folder, 'server.key'));
    await assert.rejects(startGateProcess({ folder }), /ended with 2/);
    await writeFile(join(folder, 'wheelgate.yaml'), 'tls: { cert: server.pem }\n');
    await assert.rejects(startGateProcess({ folder }), /ended with 2: .*tls/s);
  });
});
