import assert from 'node:assert/strict';
import { get, type IncomingMessage } from 'node:http';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { buildWheel } from '../support/distributions.js';
import { startGate, type TestGate } from '../support/wheelgate.js';

/** One who listens, and what came. */
interface Listener {
  readonly res: IncomingMessage;
  /** Resolves with so many decisions, once they are here. */
  events(count: number): Promise<any[]>;
}

describe('decisions as they are made', () => {
  let gate: TestGate;
  const wheel = buildWheel({ name: 'demo' });
  const path = `/files/demo/${wheel.filename}`;
  const open: IncomingMessage[] = [];
  beforeEach(async () => {
    gate = await startGate();
    gate.upstream.addProject('demo', [wheel]);
  });
  afterEach(async () => {
    for (const res of open.splice(0)) res.destroy();
    await gate.close();
  });

  const listen = () =>
    new Promise<Listener>((resolve, reject) => {
      get(`${gate.url}/api/v1/live`, (res) => {
        open.push(res);
        let text = '';
        const waiting: (() => void)[] = [];
        res.on('error', () => {});
        res.on('data', (chunk: Buffer) => {
          text += chunk.toString();
          for (const wake of waiting.splice(0)) wake();
        });
        const here = () =>
          [...text.matchAll(/^data: (.*)$/gm)].map(([, data]) => JSON.parse(data!));
        const events = async (count: number) => {
          while (here().length < count) await new Promise<void>((wake) => waiting.push(wake));
          return here();
        };
        resolve({ res, events });
      }).on('error', reject);
    });

  it('are told to who listens, the last ones first, and name nobody', async () => {
    await gate.get(path);
    const { res, events } = await listen();
    assert.equal(res.headers['content-type'], 'text/event-stream');
    assert.equal((await events(1)).length, 1);
    await gate.get(path);
    const [first, second] = await events(2);
    assert.deepEqual([first.project, second.project], ['demo', 'demo']);
    assert.notEqual(first.request, second.request);
    assert.deepEqual([second.client, second.user, second.userAgent], Array(3).fill(undefined));
    // By its name each is found again.
    assert.equal((await gate.get(`/api/v1/refusals/${second.id}`)).json().request, second.request);
  });

  it('are told to ten at a time, and to the next once one has left', async () => {
    const ten = await Promise.all(Array.from({ length: 10 }, listen));
    const eleventh = await gate.get('/api/v1/live');
    assert.deepEqual(
      [eleventh.status, eleventh.json().type],
      [429, 'urn:wheelgate:failure:too-many-requests'],
    );
    ten[0]!.res.destroy();
    for (;;) {
      const { res, events } = await listen();
      if (res.statusCode !== 200) continue;
      await gate.get(path);
      assert.equal((await events(1)).length, 1);
      break;
    }
  });

  it('end with the server', async () => {
    const { res } = await listen();
    const ended = new Promise((resolve) => res.on('close', resolve));
    await gate.restart();
    await ended;
    assert.equal(res.complete, true);
  });
});
