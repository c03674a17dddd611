import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer as createTlsServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { buildWheel } from '../support/distributions.js';
import { type FakeUpstream, startFakeUpstream } from '../support/fake-upstream.js';
import { type GateProcess, startGateProcess } from '../support/gate-process.js';
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
      assert.match(ready.parts.upstreams.detail, /internal: it rejected the credentials/);
      assert.deepEqual(await gate.metric('wheelgate_part_degraded{part="upstreams"}'), [
        'wheelgate_part_degraded{part="upstreams"} 1',
      ]);
      internal.fault('/simple/acme-one/', undefined);
      assert.equal((await gate.get('/simple/acme-one/')).status, 200);
      assert.deepEqual((await gate.get('/readyz')).json().parts.upstreams, {
        state: 'ok',
        detail: 'credentials and certificates are valid',
      });
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
      const { state, detail } = (await gate.get('/readyz')).json().parts.upstreams;
      assert.equal(state, 'degraded');
      assert.match(detail, /^internal: .* its command exited with code 3$/);
    } finally {
      await gate.close();
    }
  });
});

describe('an upstream that asks for a certificate', () => {
  const TLS = resolve('test/support/tls');
  /** What each request showed: the day on which its certificate ends, or nothing. */
  const seen: (string | undefined)[] = [];
  let waiting: (() => void)[] = [];
  let server: Server;
  let url: string;
  let folder: string;
  const dist = buildWheel({ name: 'demo', files: { 'demo/x.bin': randomBytes(200_000) } });

  before(async () => {
    const [key, cert, ca] = await Promise.all(
      ['server.key', 'server.pem', 'authority.pem'].map((name) => readFile(join(TLS, name))),
    );
    const options = {
      key: key!,
      cert: cert!,
      ca: ca!,
      requestCert: true,
      rejectUnauthorized: false,
    };
    server = createTlsServer(options, (req, res) => {
      const { valid_to: until } = (req.socket as TLSSocket).getPeerCertificate();
      seen.push(until && new Date(until).toISOString().slice(0, 7));
      if (!req.url!.endsWith('.whl')) {
        const file = { filename: dist.filename, url: '/x.whl', hashes: { sha256: dist.sha256 } };
        res.setHeader('content-type', 'application/vnd.pypi.simple.v1+json');
        return void res.end(JSON.stringify({ files: [file] }));
      }
      res.write(dist.bytes.subarray(0, 1_000));
      waiting.push(() => res.end(dist.bytes.subarray(1_000)));
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    url = `https://localhost:${(server.address() as AddressInfo).port}/simple/`;
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-mtls-'));
    seen.length = 0;
    waiting = [];
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  after(() => {
    server.close();
    server.closeAllConnections();
  });

  async function start(tls?: object): Promise<GateProcess> {
    const config = { upstreams: [{ name: 'a', url, tls }] };
    await writeFile(join(folder, 'c.yaml'), JSON.stringify(config));
    return startGateProcess({
      folder,
      args: ['--config', 'c.yaml'],
      env: { SSL_CERT_FILE: join(TLS, 'authority.pem') },
    });
  }

  it('is shown ours, and asked for nothing without it', async () => {
    for (const tls of [
      undefined,
      { cert: join(TLS, 'server.pem'), key: join(TLS, 'server.key') },
    ]) {
      const gate = await start(tls);
      assert.equal((await ask(`${gate.url}/simple/demo/`)).status, 200);
      await gate.end('SIGKILL');
      await rm(join(folder, 'data'), { recursive: true, force: true });
    }
    // A page may be followed by probes of its files.
    assert.deepEqual([...new Set(seen)], [undefined, '2126-10']);
  });

  for (const [how, cert, key] of [
    ['is DER', Buffer.from('MAA=', 'base64'), 'server.key'],
    ['is empty', Buffer.alloc(0), 'server.key'],
    ['belongs to another key', undefined, 'renewal.key'],
  ] as const)
    it(`stops the start where its certificate ${how}`, async () => {
      const file = join(folder, 'cert');
      await writeFile(file, cert ?? (await readFile(join(TLS, 'server.pem'))));
      await assert.rejects(
        start({ cert: file, key: join(TLS, key) }),
        /the client certificate for the upstream a is unusable: .*both must be PEM/,
      );
    });

  for (const [how, signal] of [
    ['at SIGHUP', true],
    ['by itself', false],
  ] as const)
    it(`is shown another once its files have changed, ${how}; what is under way goes on, and one that is broken is not taken`, async () => {
      const files = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
      const put = async (cert: string, key: string) => {
        await writeFile(files.key, await readFile(join(TLS, key)));
        await writeFile(files.cert, await readFile(join(TLS, cert)));
      };
      await put('ending.pem', 'renewal.key');
      const gate = await start(files);
      let count = 0;
      const page = async () => {
        count += 1;
        assert.equal((await ask(`${gate.url}/simple/demo${count}/`)).status, 200);
        return seen.at(-1);
      };
      const upstreams = async () => (await ask(`${gate.url}/readyz`)).json().parts.upstreams;
      const notice = () => signal && process.kill(gate.pid, 'SIGHUP');
      try {
        assert.equal(await page(), '2026-12');
        await ask(`${gate.url}/simple/demo/`);
        const transfer = ask(`${gate.url}/files/demo/${dist.filename}`);
        while (waiting.length === 0) await ask(`${gate.url}/healthz`);
        await put('renewed.pem', 'renewal.key');
        notice();
        while ((await page()) !== '2027-02');
        for (const goOn of waiting) goOn();
        assert.ok((await transfer).body.equals(dist.bytes), 'the transfer was dropped');

        await put('server.pem', 'renewal.key');
        notice();
        while ((await upstreams())?.state !== 'degraded');
        assert.match((await upstreams()).detail, /a: the new client certificate is invalid/);
        assert.match(gate.log(), /client certificate for the index rejected/);
        assert.equal(await page(), '2027-02');

        await put('server.pem', 'server.key');
        notice();
        while ((await page()) === '2027-02');
        assert.equal((await upstreams()).state, 'ok');
      } finally {
        await gate.end('SIGKILL');
      }
    });
});
