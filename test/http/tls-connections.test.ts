import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { type AddressInfo, createConnection, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, it } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { createApp } from '../../src/http/app.js';
import { createHttpServer, type ServerLimits } from '../../src/http/server.js';
import type { Blob } from '../../src/store/blob-store.js';
import { MemoryBlob } from '../../src/store/memory-blob-tier.js';
import * as files from './delivery/stub-files.js';
import { until } from './support/raw-client.js';
import { LIMITS } from './support/server-limits.js';
import { PAGES, SETTINGS, stubServices } from './support/stub-services.js';

/** More than the buffers of a connection on loopback take. */
const BYTES = Buffer.alloc(16 * 2 ** 20, 7);
const FILE = `/files/demo/${files.FILENAME}`;
const PLACES: Record<string, () => Blob> = {
  memory: () => new MemoryBlob(BYTES),
  'the disk': () => files.storedBlob(BYTES),
};

let server: ReturnType<typeof createHttpServer> | undefined;
const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  server?.closeAllConnections();
  server?.close();
});

async function serve(limits: Partial<ServerLimits>, blob: Blob = new MemoryBlob(BYTES)) {
  const services = stubServices({
    pages: { ...PAGES, find: async () => files.listed },
    artifacts: { open: async () => files.stored(blob) },
  });
  const made = createHttpServer(
    (connections) => createApp(services, SETTINGS, connections),
    { ...LIMITS, ...limits },
    {
      cert: await readFile(join('test', 'support', 'tls', 'server.pem')),
      key: await readFile(join('test', 'support', 'tls', 'server.key')),
    },
  );
  server = made;
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
  return { services, port: (made.address() as AddressInfo).port };
}

/** Keeps a connection, and whether it was closed. */
function watched<T extends Socket>(socket: T) {
  const seen = { socket, closed: false };
  sockets.push(socket);
  socket.on('error', () => {});
  socket.once('close', () => {
    seen.closed = true;
  });
  return seen;
}

const plain = (port: number) => watched(createConnection({ host: '127.0.0.1', port }));
const secure = (port: number) =>
  watched(connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false }));

function get(port: number, path: string): Promise<{ status: number | undefined; bytes: number }> {
  const to = { host: '127.0.0.1', port, path, rejectUnauthorized: false, agent: false } as const;
  return new Promise((resolve, reject) => {
    request(to, (res) => {
      let bytes = 0;
      res.on('data', (piece) => {
        bytes += piece.length;
      });
      res.on('end', () => resolve({ status: res.statusCode, bytes }));
      res.on('error', reject);
    })
      .on('error', reject)
      .end();
  });
}

describe('a connection over TLS', () => {
  for (const [name, hello] of Object.entries({ nothing: '', 'half a hello': '\x16\x03\x01\x02' }))
    it(`whose client says ${name} is closed`, async () => {
      const { port } = await serve({ headersTimeout: 50 });
      const client = plain(port);
      client.socket.write(Buffer.from(hello, 'latin1'));
      client.socket.resume();
      await until(() => client.closed);
    });

  it('whose client asks nothing is closed', async () => {
    const { port } = await serve({ headersTimeout: 50 });
    const client = secure(port);
    client.socket.resume();
    await until(() => client.closed);
  });

  for (const [place, blob] of Object.entries(PLACES)) {
    it(`gets a whole file from ${place}`, async () => {
      const { port } = await serve({}, blob());
      assert.deepEqual(await get(port, FILE), { status: 200, bytes: BYTES.length });
    });

    it(`whose client stops reading a file from ${place} is cut off, and held no more than a piece of it`, async () => {
      const { services, port } = await serve({ writeTimeout: 100 }, blob());
      let most = 0;
      server!.on('secureConnection', (socket: Socket) => {
        const timer = setInterval(() => {
          most = Math.max(most, socket.writableLength);
        }, 5);
        socket.once('close', () => clearInterval(timer));
      });
      const client = secure(port);
      client.socket.write(`GET ${FILE} HTTP/1.1\r\nhost: x\r\n\r\n`);
      await until(() => services.decisions.length > 0);
      const [{ complete, failure } = {}] = services.decisions;
      assert.deepEqual([complete, failure], [false, 'request-timeout']);
      assert.ok(most > 0 && most < 2 ** 20, `${most} bytes`);
    });

    it(`whose client takes less of a file from ${place} than the least rate is cut off`, async () => {
      const { services, port } = await serve({ writeTimeout: 400, leastRate: 1e8 }, blob());
      const { socket } = secure(port);
      socket.write(`GET ${FILE} HTTP/1.1\r\nhost: x\r\n\r\n`);
      socket.on('data', () => {
        socket.pause();
        setTimeout(() => socket.resume(), 50);
      });
      await until(() => services.decisions.length > 0);
      assert.equal(services.decisions[0]?.failure, 'request-timeout');
    });
  }
});
