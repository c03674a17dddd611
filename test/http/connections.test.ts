import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { get as getSecurely } from 'node:https';
import { type AddressInfo, createConnection, type Socket } from 'node:net';
import { afterEach, describe, it } from 'node:test';
import { Fill } from '../../src/artifacts/fill.js';
import { createApp } from '../../src/http/app.js';
import { createHttpServer, type ServerLimits } from '../../src/http/server.js';
import * as files from './delivery/stub-files.js';
import { connect, until } from './support/raw-client.js';
import { BOUNDS, LIMITS } from './support/server-limits.js';
import { PAGES, SETTINGS, stubServices } from './support/stub-services.js';

/** More than the buffers of a connection on loopback take. */
const BYTES = Buffer.alloc(16 * 2 ** 20, 7);
const FILE = `/files/demo/${files.FILENAME}`;

let server: Server | undefined;
const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  server?.closeAllConnections();
  server?.close();
});

async function serve(
  limits: Partial<ServerLimits>,
  fill?: Fill,
  certificate?: Parameters<typeof createHttpServer>[2],
) {
  const opened = fill === undefined ? files.stored(files.storedBlob(BYTES)) : files.filling(fill);
  const begun = { requests: 0 };
  const services = stubServices({
    pages: { ...PAGES, find: async () => files.listed },
    artifacts: {
      open: async () => {
        begun.requests += 1;
        return opened;
      },
    },
  });
  const made = createHttpServer(
    (connections) => createApp(services, SETTINGS, connections),
    { ...LIMITS, ...limits },
    certificate,
  );
  server = made as Server;
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
  const { port } = made.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  return { services, begun, port, url, open: (text?: string) => rawClient(port, text) };
}

/** A connection as it is, and all that has come back on it. */
function rawClient(port: number, text = '') {
  const socket = createConnection({ host: '127.0.0.1', port });
  sockets.push(socket);
  const seen = { socket, text: '', closed: false };
  socket.on('error', () => {});
  socket.on('data', (piece) => {
    seen.text += piece.toString('latin1');
  });
  socket.on('close', () => {
    seen.closed = true;
  });
  socket.write(text);
  return seen;
}

const get = (path: string) => `GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`;

const head = (path: string) => `HEAD ${path} HTTP/1.1\r\nhost: x\r\n\r\n`;

async function counted(services: { readonly metrics: { text(): Promise<string> } }) {
  const text = await services.metrics.text();
  const lines = text.matchAll(/^wheelgate_requests_total\{route="files",status="(\d+)"\}/gm);
  return [...lines].map(([, status]) => status);
}

describe('a connection', () => {
  it('whose headers do not end is told so and closed, whatever its client sends on', async () => {
    const { open } = await serve({ headersTimeout: 50 });
    const client = open('GET / HTTP/1.1\r\n');
    const drip = setInterval(() => client.socket.write('x'), 5);
    await until(() => client.closed);
    clearInterval(drip);
    assert.match(client.text, /^HTTP\/1\.1 408 /);
    assert.match(client.text, /\r\ncache-control: no-store\r\n/);
    assert.match(client.text, /"type": "urn:wheelgate:failure:request-timeout"/);
  });

  it('that asks nothing is closed', async () => {
    const { open } = await serve({ headersTimeout: 50 });
    const client = open();
    await until(() => client.closed);
    assert.match(client.text, /^HTTP\/1\.1 408 /);
  });

  it('gets nothing into the body of a response that is under way, where no HTTP follows its request', async () => {
    const { open } = await serve({});
    const client = open(get(FILE));
    await until(() => client.text.includes('\r\n\r\n'));
    client.socket.write('nonsense\r\n\r\n');
    await until(() => client.closed);
    assert.doesNotMatch(client.text, /HTTP\/1\.1 400/);
  });

  it('whose client stops reading is cut off, which is not taken for a client that left', async () => {
    const { services, url } = await serve({ writeTimeout: 100 });
    const client = connect(url + FILE);
    await until(() => client.response !== undefined);
    client.response!.pause();
    await until(() => services.decisions.length > 0);
    client.response!.resume();
    assert.equal(await client.ended, 'cut');
    const [{ complete, failure, bytes } = {}] = services.decisions;
    assert.deepEqual([complete, failure], [false, 'request-timeout']);
    assert.ok(bytes! < BYTES.length);
    await until(() => true);
    assert.deepEqual(await counted(services), ['408']);
  });

  it('whose client takes less than the least rate is cut off, though it takes some within each deadline', async () => {
    const { services, url } = await serve({ writeTimeout: 400, leastRate: 100_000_000 });
    const client = connect(url + FILE);
    await until(() => client.response !== undefined);
    const { response } = client;
    response!.on('data', () => {
      response!.pause();
      setTimeout(() => response!.resume(), 50);
    });
    await until(() => services.decisions.length > 0);
    assert.equal(services.decisions[0]?.failure, 'request-timeout');
    assert.equal(await client.ended, 'cut');
  });

  it('whose client reads on, if slowly, gets all of it', async () => {
    const { services, url } = await serve({ writeTimeout: 1_000 });
    const client = connect(url + FILE);
    await until(() => client.response !== undefined);
    const { response } = client;
    // It takes many times the deadline, a pause after each piece.
    let pauses = 0;
    response!.on('data', () => {
      if (pauses >= 60) return;
      pauses += 1;
      response!.pause();
      setTimeout(() => response!.resume(), 25);
    });
    assert.equal(await client.ended, 'whole');
    assert.equal(client.received, BYTES.length);
    assert.equal(services.decisions[0]?.complete, true);
  });

  it('whose response waits for something else than its client is left alone', async () => {
    const fill = new Fill(files.SHA256);
    fill.begin(files.spooled(BYTES), BYTES.length);
    fill.advance(1_000);
    const { url } = await serve({ writeTimeout: 30 }, fill);
    const waiting = connect(url + FILE);
    await until(() => waiting.response !== undefined);
    // Another that waits for nothing is closed by then.
    const idle = createConnection({ host: '127.0.0.1', port: Number(new URL(url).port) });
    sockets.push(idle);
    await new Promise((resolve) => idle.resume().once('close', resolve));
    fill.advance(BYTES.length);
    fill.finish({ kind: 'allowed', verdict: files.ALLOWED, size: BYTES.length });
    assert.equal(await waiting.ended, 'whole');
    assert.equal(waiting.received, BYTES.length);
  });
});

describe('requests on one connection', () => {
  const DONE = get('/healthz');
  const answersOf = (text: string) => text.split('HTTP/1.1 ').length - 1;

  it('begin one after the other, each once the one before it is answered', async () => {
    const { begun, open } = await serve({});
    const client = open(get(FILE) + head(FILE).repeat(4) + DONE);
    client.socket.pause();
    const other = open(DONE);
    await until(() => other.text !== '' && begun.requests > 0);
    assert.equal(begun.requests, 1);
    client.socket.resume();
    await until(() => answersOf(client.text) === 6);
    assert.equal(begun.requests, 5);
  });

  it('end with it, and those that had not begun never do', async () => {
    const { begun, open, services } = await serve({});
    const client = open(get(FILE).repeat(5));
    client.socket.pause();
    await until(() => begun.requests > 0);
    client.socket.destroy();
    await until(() => services.decisions.length > 0);
    await until(() => true);
    assert.equal(begun.requests, 1);
  });

  it('are too many where hundreds wait, which cuts it off, and do no harm where some do', async () => {
    const { open } = await serve({});
    const some = open(head(FILE).repeat(50));
    await until(() => answersOf(some.text) === 50);
    const many = open(get(FILE).repeat(300));
    await until(() => many.closed);
    assert.ok(answersOf(many.text) <= 1);
  });
});

describe('connections beyond the bounds', () => {
  /** So many that hold what they have. */
  async function crowd(open: (text?: string) => ReturnType<typeof rawClient>, count: number) {
    const clients = Array.from({ length: count }, () => open(get(FILE)));
    await until(() => clients.every(({ text }) => text !== ''));
    for (const { socket } of clients) socket.pause();
    return clients;
  }

  for (const [name, bounds] of Object.entries({
    'in all': { ...BOUNDS, all: 3 },
    'of one client': { ...BOUNDS, perClient: 3 },
  }))
    it(`${name} are told when to come again, but for what anybody may ask`, async () => {
      const { open, url } = await serve({ connections: bounds });
      const others = await crowd(open, 3);
      const told = open(get('/simple/demo/'));
      await until(() => told.closed);
      assert.match(told.text, /^HTTP\/1\.1 503 /);
      assert.match(told.text, /\r\nretry-after: \d+\r\n/i);
      assert.match(told.text, /"type": "urn:wheelgate:failure:overloaded"/);
      const health = open(get('/healthz'));
      await until(() => health.closed);
      assert.match(health.text, /^HTTP\/1\.1 200 /);
      others[0]!.socket.destroy();
      let status: number | undefined;
      do {
        const answer = connect(url + FILE, {}, 'HEAD');
        await answer.ended;
        status = answer.response?.statusCode;
      } while (status === 503);
      assert.equal(status, 200);
    });

  it('are not counted for an address that stands for many clients', async () => {
    const { open } = await serve({
      connections: { ...BOUNDS, perClient: 1, isShared: (address) => address === '127.0.0.1' },
    });
    await crowd(open, 3);
    const client = open(head(FILE));
    await until(() => client.text !== '');
    assert.match(client.text, /^HTTP\/1\.1 200 /);
  });

  it('take the place of those that are idle', async () => {
    const { open } = await serve({ connections: { ...BOUNDS, all: 2 } });
    const [idle, busy] = [open(get('/healthz')), open(get(FILE))];
    await until(() => idle.text !== '' && busy.text !== '');
    busy.socket.pause();
    const client = open(head(FILE));
    await until(() => client.text !== '' && idle.closed);
    assert.match(client.text, /^HTTP\/1\.1 200 /);
  });

  it('that ask nothing make room for the next', async () => {
    const { open } = await serve({ connections: { ...BOUNDS, all: 1 } });
    await crowd(open, 1);
    const silent = Array.from({ length: 5 }, () => open());
    const health = open(get('/healthz'));
    await until(() => health.closed);
    assert.match(health.text, /^HTTP\/1\.1 200 /);
    await until(() => silent.filter(({ closed }) => closed).length >= 3);
    assert.match(silent[0]!.text, /^HTTP\/1\.1 503 /);
  });

  it('count from before the handshake, and leave room to answer others', async () => {
    const read = (name: string) => readFileSync(`test/support/tls/${name}`);
    const certificate = { cert: read('server.pem'), key: read('server.key') };
    const connections = { ...BOUNDS, perClient: 3 };
    const { open, port } = await serve({ connections }, undefined, certificate);
    const silent = Array.from({ length: 12 }, () => open());
    await until(() => silent.filter(({ closed }) => closed).length === 12 - 3 - BOUNDS.surplus);
    const statusOf = (path: string) =>
      new Promise<number | undefined>((resolve, reject) => {
        const options = { port, path, rejectUnauthorized: false, agent: false };
        getSecurely(options, (response) => {
          response.resume();
          response.once('close', () => resolve(response.statusCode));
        }).once('error', reject);
      });
    assert.equal(await statusOf('/healthz'), 200);
    assert.equal(await statusOf('/simple/demo/'), 503);
    for (const { socket } of silent) socket.destroy();
    let status: number | undefined;
    do status = await statusOf('/healthz/none');
    while (status === 503);
    assert.equal(status, 404);
  });
});
