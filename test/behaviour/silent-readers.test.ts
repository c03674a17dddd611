import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { buildWheel } from '../support/distributions.js';
import { startFakeUpstream } from '../support/fake-upstream.js';
import { startGateProcess } from '../support/gate-process.js';
import { ask } from '../support/wheelgate.js';

const dist = buildWheel({ name: 'big', files: { 'big/x.bin': randomBytes(16_000_000) } });
const path = `/files/big/${dist.filename}`;

for (const workers of [1, 2])
  it(`answers /healthz with few files to open while 80 clients read nothing of a large file: ${workers} at work`, async () => {
    const upstream = await startFakeUpstream();
    const folder = await mkdtemp(join(tmpdir(), 'wheelgate-silent-'));
    upstream.addProject('big', [dist]);
    const gate = await startGateProcess({
      folder,
      args: ['--upstream', upstream.url, '--workers', String(workers)],
      through: ['sh', '-c', 'ulimit -n 256; exec "$@"', 'sh'],
    });
    const { hostname, port } = new URL(gate.url);
    const readers = [];
    try {
      assert.ok((await ask(gate.url + path)).body.equals(dist.bytes));
      for (let count = 0; count < 80; count += 1) {
        const socket = createConnection({ host: hostname, port: Number(port) });
        readers.push(socket);
        socket.on('error', () => {});
        socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`);
        // It takes the beginning of an answer, and no more.
        await new Promise((resolve) => socket.once('readable', resolve));
      }
      for (let count = 0; count < 5; count += 1)
        assert.equal((await ask(`${gate.url}/healthz`)).status, 200);
      for (const socket of readers) socket.destroy();
      let answer = await ask(gate.url + path);
      while (answer.status === 503) answer = await ask(gate.url + path);
      assert.ok(answer.body.equals(dist.bytes));
    } finally {
      for (const socket of readers) socket.destroy();
      await gate.end('SIGTERM');
      await upstream.close();
      await rm(folder, { recursive: true, force: true });
    }
  });
