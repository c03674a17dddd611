import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer, request as httpRequest, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { buildWheel } from '../support/distributions.js';
import { type FakeUpstream, packagePath, startFakeUpstream } from '../support/fake-upstream.js';
import { startGateProcess } from '../support/gate-process.js';
import { ask } from '../support/wheelgate.js';

const TLS = resolve('test/support/tls');
const AUTHORITY = join(TLS, 'authority.pem');

/** A company's way out: an index behind TLS under a name that only the proxy can resolve, and a CA of its own. */
describe('a company with an egress proxy and a certificate authority of its own', () => {
  let folder: string;
  let upstream: FakeUpstream;
  let front: Server;
  let proxy: Server;
  let proxyUrl: string;
  let tlsPort: number;
  const tunnels: string[] = [];
  const forwarded: string[] = [];
  const dist = buildWheel();

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-egress-'));
    upstream = await startFakeUpstream();
    upstream.addProject('demo', [dist]);
    upstream.serve('/pypi/demo/json', '{"urls": []}', 'application/json');
    const [key, cert] = await Promise.all(
      ['server.key', 'server.pem'].map((name) => readFile(join(TLS, name))),
    );
    front = createTlsServer({ key: key!, cert: cert! }, (req, res) => {
      const [host, port] = upstream.host.split(':');
      const { url: path, headers, method } = req;
      const onward = httpRequest({ host, port, path, headers, method }, (answer) => {
        res.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(res);
      });
      req.pipe(onward);
    });
    tlsPort = await listen(front);
    proxy = createHttpServer((req, res) => {
      forwarded.push(req.url!);
      const [host, port] = upstream.host.split(':');
      const { pathname: path } = new URL(req.url!);
      const { method, headers } = req;
      httpRequest({ host, port, path, method, headers }, (answer) => {
        res.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(res);
      }).end();
    });
    proxy.on('connect', (req, socket, head) => {
      tunnels.push(req.url!);
      const onward = connect(tlsPort, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connected\r\n\r\n');
        onward.write(head);
        onward.pipe(socket).pipe(onward);
      });
      onward.on('error', () => socket.destroy());
      socket.on('error', () => onward.destroy());
    });
    proxyUrl = `http://127.0.0.1:${await listen(proxy)}`;
  });
  after(async () => {
    for (const server of [front, proxy]) {
      server.close();
      server.closeAllConnections();
    }
    await upstream.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function statuses(index: string, env: Record<string, string>): Promise<number[]> {
    const gate = await startGateProcess({ folder, args: ['--upstream', index], env });
    try {
      const paths = ['/simple/demo/', `/files/demo/${dist.filename}`, '/pypi/demo/json'];
      const found: number[] = [];
      for (const path of paths) found.push((await ask(gate.url + path)).status);
      return found;
    } finally {
      await gate.end('SIGKILL');
      await rm(join(folder, 'data'), { recursive: true, force: true });
    }
  }
  const named = 'https://index.example/simple/';
  const local = () => `https://localhost:${tlsPort}/simple/`;

  for (const variable of ['SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS'])
    it(`reaches pages, files and metadata through HTTPS_PROXY, trusting ${variable}`, async () => {
      tunnels.length = 0;
      const env = { HTTPS_PROXY: proxyUrl, [variable]: AUTHORITY };
      assert.deepEqual(await statuses(named, env), [200, 200, 200]);
      assert.deepEqual(new Set(tunnels), new Set(['index.example:443']));
      assert.ok(upstream.requests(packagePath('demo', dist.filename)) > 0);
    });

  it('reaches an http index through HTTP_PROXY without a tunnel, as Squid allows it', async () => {
    tunnels.length = 0;
    forwarded.length = 0;
    assert.deepEqual(
      await statuses('http://plain.example/simple/', { HTTP_PROXY: proxyUrl }),
      [200, 200, 200],
    );
    assert.deepEqual(tunnels, []);
    assert.equal(forwarded[0], 'http://plain.example/simple/demo/');
  });

  it('goes past the proxy where NO_PROXY has the network of the index', async () => {
    tunnels.length = 0;
    forwarded.length = 0;
    const env = { HTTP_PROXY: proxyUrl, NO_PROXY: '127.0.0.0/8' };
    assert.deepEqual(await statuses(upstream.url, env), [200, 200, 200]);
    assert.deepEqual([tunnels, forwarded], [[], []]);
  });

  for (const [how, content] of [
    ['is DER', Buffer.from('MAA=', 'base64')],
    ['is empty', Buffer.alloc(0)],
    [
      'holds no certificate',
      Buffer.from('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'),
    ],
  ] as const)
    it(`does not start with a file of authorities that ${how}`, async () => {
      const file = join(folder, 'authority');
      await writeFile(file, content);
      await assert.rejects(
        startGateProcess({ folder, env: { SSL_CERT_FILE: file } }),
        /SSL_CERT_FILE: .*authority contains/,
      );
    });

  it('goes past the proxy where NO_PROXY names the index', async () => {
    tunnels.length = 0;
    const env = { HTTPS_PROXY: proxyUrl, NO_PROXY: 'localhost', SSL_CERT_FILE: AUTHORITY };
    assert.deepEqual(await statuses(local(), env), [200, 200, 200]);
    assert.deepEqual(tunnels, []);
  });

  it('believes no certificate of an authority that nobody named', async () => {
    assert.deepEqual(await statuses(local(), {}), [503, 503, 503]);
  });
});

async function listen(server: Server): Promise<number> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return (server.address() as AddressInfo).port;
}
