import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { buildWheel } from '../support/distributions.js';
import { startGateProcess } from '../support/gate-process.js';
import { ask } from '../support/wheelgate.js';

it('a transfer that fails is one warning in the log, not one more of the request that waits for it', async () => {
  const dist = buildWheel({ name: 'demo' });
  const index = createServer((req, res) => {
    if (req.url!.endsWith('.whl')) return void res.writeHead(400).end();
    const file = { filename: dist.filename, url: '/x.whl', hashes: { sha256: dist.sha256 } };
    res.writeHead(200, { 'content-type': 'application/vnd.pypi.simple.v1+json' });
    res.end(JSON.stringify({ files: [file] }));
  });
  await new Promise<void>((done) => index.listen(0, '127.0.0.1', done));
  const folder = await mkdtemp(join(tmpdir(), 'wheelgate-log-'));
  const url = `http://127.0.0.1:${(index.address() as AddressInfo).port}/simple/`;
  await writeFile(join(folder, 'c.yaml'), JSON.stringify({ upstreams: [{ name: 'a', url }] }));
  const gate = await startGateProcess({ folder, args: ['--config', 'c.yaml'] });
  try {
    const { status } = await ask(`${gate.url}/files/demo/${dist.filename}`);
    assert.equal(status, 502);
    await gate.end('SIGTERM');
    assert.equal(gate.log().split('returned status 400').length - 1, 1, gate.log());
  } finally {
    await gate.end('SIGKILL');
    await rm(folder, { recursive: true, force: true });
    index.close();
    index.closeAllConnections();
  }
});
