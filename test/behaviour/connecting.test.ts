import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { LATE } from '../../src/messages/upstreams.js';
import { buildWheel } from '../support/distributions.js';
import { saying } from '../support/messages.js';
import { startGate, type TestGate } from '../support/wheelgate.js';

/** Listens, and takes no connection: once its queue is full, nobody gets an answer to their first packet. */
const DEAF = `const server = require('net').createServer();
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    require('fs').writeSync(1, String(server.address().port));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });`;

describe('an upstream to which there is no connection', () => {
  let deaf: ChildProcess;
  let silent: Server;
  let gate: TestGate;
  let away: { deaf: string; silent: string };
  const queued: Socket[] = [];

  before(async () => {
    deaf = spawn(process.execPath, ['-e', DEAF], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [port] = (await once(deaf.stdout!, 'data')) as [Buffer];
    // One in the queue and one beyond it are told that they are connected; the others are told nothing.
    let connected = 0;
    await new Promise<void>((resolve) => {
      for (let at = 0; at < 6; at += 1) {
        const socket = connect(Number(port), '127.0.0.1', () => {
          connected += 1;
          if (connected === 2) resolve();
        });
        socket.on('error', () => {});
        queued.push(socket);
      }
    });
    silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    away = {
      deaf: `http://127.0.0.1:${port}`,
      silent: `https://127.0.0.1:${(silent.address() as AddressInfo).port}`,
    };
    // Nothing else ends it.
    const timeouts = { connect: '300ms', headers: '10m', body: '10m', page: '10m' };
    gate = await startGate({
      withUpstream: (url) => ({
        upstreams: [
          { name: 'deaf', url: `${away.deaf}/simple/`, claims: ['deaf'], timeouts },
          { name: 'silent', url: `${away.silent}/simple/`, claims: ['silent'], timeouts },
          {
            name: 'public',
            url,
            files: Object.values(away).map((origin) => new URL(origin).host),
            timeouts,
          },
        ],
      }),
    });
  });
  after(async () => {
    for (const socket of queued) socket.destroy();
    deaf?.kill('SIGKILL');
    silent?.close();
    await gate?.close();
  });

  for (const [name, how] of [
    ['deaf', 'whose machine does not answer'],
    ['silent', 'whose TLS never answers'],
  ] as const) {
    it(`and ${how} is a 503 for a page`, async () => {
      const answer = await gate.get(`/simple/${name}/`);
      assert.equal(answer.status, 503);
      assert.match(answer.json().detail, saying(LATE));
    });

    it(`and ${how} is a 503 for a file`, async () => {
      const project = `file-${name}`;
      gate.upstream.addProject(project, [
        { dist: buildWheel({ name: `file_${name}` }), url: `${away[name]}/x.whl` },
      ]);
      const answer = await gate.get(`/files/${project}/file_${name}-1.0-py3-none-any.whl`);
      assert.equal(answer.status, 503);
      assert.match(answer.json().detail, saying(LATE));
    });
  }
});
