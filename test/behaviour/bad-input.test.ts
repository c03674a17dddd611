import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { buildWheel } from '../support/distributions.js';
import { startGate, type TestGate } from '../support/wheelgate.js';

describe('bad input', () => {
  let gate: TestGate;
  before(async () => {
    gate = await startGate();
    gate.upstream.addProject('demo', [buildWheel()]);
  });
  after(() => gate.close());

  /** Sends bytes as they are and returns all that comes back. */
  function send(bytes: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const { hostname, port } = new URL(gate.url);
      const socket = connect(Number(port), hostname, () => socket.write(bytes, 'latin1'));
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk.toString('latin1');
      });
      socket.on('close', () => resolve(text));
      socket.on('error', reject);
    });
  }

  it('gets a clear 4xx as a problem document', async () => {
    for (const [method, path, status] of [
      ['POST', '/simple/demo/', 405],
      ['PUT', '/files/demo/x.whl', 405],
      ['DELETE', '/', 405],
      ['OPTIONS', '/simple/', 405],
      ['GET', `/simple/${'a'.repeat(5_000)}/`, 414],
      ['GET', '/nothing/here', 404],
      ['GET', '/simple/-bad-/', 404],
      ['GET', '/simple/a%2Fb/', 404],
      ['GET', '/simple/%ff/', 404],
      ['GET', '/simple/%zz/', 404],
      ['GET', '/simple//demo/', 404],
      ['GET', '/simple/demo/extra/', 404],
      ['GET', '/api/v1/explain?project=..', 400],
      ['GET', '/api/v1/explain?project=demo&versions=nonsense', 400],
    ] as const) {
      const answer = await gate.get(path, {}, method);
      assert.equal(answer.status, status, `${method} ${path.slice(0, 60)}`);
      assert.equal(answer.headers['content-type'], 'application/problem+json', path.slice(0, 60));
      const problem = answer.json();
      assert.ok(problem.title && problem.detail);
      assert.doesNotMatch(answer.body.toString(), /node_modules|\.js:\d|at .*\(/);
    }
    assert.equal((await gate.get('/simple/', {}, 'POST')).headers.allow, 'GET, HEAD');
  });

  it('that is no HTTP, or a flood of headers, is answered and the connection closed', async () => {
    assert.match(await send('nonsense\r\n\r\n'), /^HTTP\/1\.1 400 .*application\/problem\+json/s);
    const flood = Array.from({ length: 2_000 }, (_, n) => `x-${n}: ${'y'.repeat(20)}\r\n`).join('');
    assert.match(
      await send(`GET /simple/ HTTP/1.1\r\nhost: x\r\n${flood}\r\n`),
      /^HTTP\/1\.1 431 .*"type": "urn:wheelgate:failure:headers-too-long"/s,
    );
    assert.match(
      await send(
        'GET /simple/ HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n',
      ),
      /^HTTP\/1\.1 400 /,
    );
  });

  it('leaves the process serving', async () => {
    assert.equal((await gate.get('/simple/demo/')).status, 200);
    assert.equal((await gate.get('/healthz')).status, 200);
    assert.equal((await gate.get('/readyz')).json().status, 'ok');
  });

  it('in a policy edit keeps the last good policy, and says so', async () => {
    await assert.rejects(gate.writePolicy('bad.yaml', 'deny: [{projekt: demo}]'));
    assert.equal((await gate.get('/simple/demo/')).status, 200);
    assert.equal((await gate.get('/readyz')).json().parts.policy.state, 'degraded');
    assert.match((await gate.metric('wheelgate_policy_load_failures_total'))[0]!, / 1$/);
  });
});
