import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { buildWheel } from '../support/distributions.js';
import { type FakeUpstream, startFakeUpstream } from '../support/fake-upstream.js';
import { startGateProcess } from '../support/gate-process.js';
import { ask, startGate, type TestGate } from '../support/wheelgate.js';

const basic = (password: string) => `Basic ${Buffer.from(`ci:${password}`).toString('base64')}`;

/** Starts a gate whose first upstream wants a login. */
async function gateWith(internal: FakeUpstream, auth: object): Promise<TestGate> {
  return startGate({
    withUpstream: (url) => ({
      upstreams: [
        {
          name: 'internal',
          url: internal.url,
          claims: ['acme-*'],
          auth: { username: 'ci', ...auth },
        },
        { name: 'public', url },
      ],
    }),
  });
}

describe('the password of an upstream', () => {
  let folder: string;
  let internal: FakeUpstream;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-password-'));
    internal = await startFakeUpstream();
    for (const name of ['acme-one', 'acme-two', 'acme-three'])
      internal.addProject(name, [buildWheel({ name: name.replace('-', '_') })]);
  });
  after(async () => {
    await internal.close();
    await rm(folder, { recursive: true, force: true });
  });

  const sent = (project: string) => internal.lastHeaders(`/simple/${project}/`)?.authorization;

  it('is read again when its file changes; while the file is not there, the one before holds', async () => {
    const file = join(folder, 'token');
    await writeFile(file, 'first\n');
    const gate = await gateWith(internal, { 'password-file': file });
    try {
      await gate.get('/simple/acme-one/');
      assert.equal(sent('acme-one'), basic('first'));
      await writeFile(file, 'second');
      await gate.get('/simple/acme-two/');
      assert.equal(sent('acme-two'), basic('second'));
      await rm(file);
      assert.equal((await gate.get('/simple/acme-three/')).status, 200);
      assert.equal(sent('acme-three'), basic('second'));
    } finally {
      await gate.close();
    }
  });

  it('is had of a command again when its life ends, and no sooner', async () => {
    const count = join(folder, 'count');
    const script = `const fs = require('fs'); fs.appendFileSync(${JSON.stringify(count)}, 'x');
      console.log('token' + fs.readFileSync(${JSON.stringify(count)}).length + '\\t3600')`;
    const gate = await gateWith(internal, { 'password-command': [process.execPath, '-e', script] });
    try {
      await gate.get('/simple/acme-one/');
      assert.equal(sent('acme-one'), basic('token1'));
      gate.now += 3_000_000;
      await gate.get('/simple/acme-two/');
      assert.equal(sent('acme-two'), basic('token1'));
      gate.now += 3_000_000;
      await gate.get('/simple/acme-three/');
      assert.equal(sent('acme-three'), basic('token2'));
    } finally {
      await gate.close();
    }
  });

  it('that is refused shows in /readyz and in a metric, until it is taken; what was printed does not', async () => {
    const gate = await gateWith(internal, { password: 'hush-hush' });
    try {
      internal.fault('/simple/acme-one/', { kind: 'status', status: 401 });
      assert.equal((await gate.get('/simple/acme-one/')).status, 502);
      const ready = (await gate.get('/readyz')).json();
      assert.equal(ready.parts.upstreams.state, 'degraded');
      assert.match(ready.parts.upstreams.detail, /internal: it refuses our credentials/);
      assert.deepEqual(await gate.metric('wheelgate_part_degraded{part="upstreams"}'), [
        'wheelgate_part_degraded{part="upstreams"} 1',
      ]);
      internal.fault('/simple/acme-one/', undefined);
      assert.equal((await gate.get('/simple/acme-one/')).status, 200);
      assert.equal((await gate.get('/readyz')).json().parts.upstreams.state, 'ok');
    } finally {
      await gate.close();
    }
  });

  it('that cannot be had is a 502 which does not tell what the command printed', async () => {
    const script = 'console.log("hush-hush"); console.error("hush-hush"); process.exit(3)';
    const gate = await gateWith(internal, { 'password-command': [process.execPath, '-e', script] });
    try {
      const answer = await gate.get('/simple/acme-one/');
      assert.equal(answer.status, 502);
      assert.doesNotMatch(answer.body.toString() + answer.phrase, /hush/);
      assert.equal((await gate.get('/readyz')).json().parts.upstreams.state, 'degraded');
    } finally {
      await gate.close();
    }
  });
});

describe('an upstream that asks for a certificate', () => {
  const TLS = resolve('test/support/tls');

  it('is shown ours, and asked for nothing without it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'wheelgate-mtls-'));
    const [key, cert, ca] = await Promise.all(
      ['server.key', 'server.pem', 'authority.pem'].map((name) => readFile(join(TLS, name))),
    );
    const seen: boolean[] = [];
    const options = {
      key: key!,
      cert: cert!,
      ca: ca!,
      requestCert: true,
      rejectUnauthorized: false,
    };
    const server = createTlsServer(options, (req, res) => {
      seen.push(Object.keys((req.socket as TLSSocket).getPeerCertificate()).length > 0);
      res.setHeader('content-type', 'application/vnd.pypi.simple.v1+json').end('{"files": []}');
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const url = `https://localhost:${(server.address() as AddressInfo).port}/simple/`;
    try {
      for (const tls of [
        undefined,
        { cert: join(TLS, 'server.pem'), key: join(TLS, 'server.key') },
      ]) {
        await writeFile(
          join(folder, 'c.yaml'),
          JSON.stringify({ upstreams: [{ name: 'a', url, tls }] }),
        );
        const gate = await startGateProcess({
          folder,
          args: ['--config', 'c.yaml'],
          env: { SSL_CERT_FILE: join(TLS, 'authority.pem') },
        });
        assert.equal((await ask(`${gate.url}/simple/demo/`)).status, 200);
        await gate.end('SIGKILL');
        await rm(join(folder, 'data'), { recursive: true, force: true });
      }
      assert.deepEqual(seen, [false, true]);
    } finally {
      server.close();
      server.closeAllConnections();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
