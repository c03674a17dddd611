import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import type { Identity } from '../../../src/access/access-list.js';
import type { OnDecision } from '../../../src/decisions/live-decisions.js';
import type { DecisionRecord } from '../../../src/decisions/record.js';
import { createApp } from '../../../src/http/app.js';
import { SETTINGS, stubServices } from '../support/stub-services.js';

const DECISION: DecisionRecord = {
  time: '2026-11-01T00:00:00.000Z',
  client: '192.0.2.1',
  method: 'GET',
  status: 403,
  upstream: 'pypi',
  project: 'demo',
  filename: 'demo-1.0.tar.gz',
  bytes: 0,
  complete: false,
  verdict: 'block',
  revision: 'r',
};
/** As a decision has them. */
const [ONE, TWO, THREE, GONE] = [1, 2, 3, 0].map(
  (second) => `20261101T00000${second}000Z-0a1b2c`,
) as [string, string, string, string];
const named = (id: string, reason = 'why') => ({ id, decision: { ...DECISION, reason } });

describe('/api/v1/live', () => {
  const listeners = new Set<OnDecision>();
  let admin: Identity | undefined;
  const services = stubServices({
    liveDecisions: {
      recent: async () => [ONE, TWO, THREE].map((id) => named(id)),
      subscribe: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    authenticate: () => admin,
  });
  const server = createServer(createApp(services, SETTINGS));
  let url = '';
  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1/live`;
  });
  after(() => server.close());

  /** One who listens, and what has come. */
  async function listen(query = '', headers = {}) {
    admin = { user: 'root', role: 'admin' };
    const res = await new Promise<IncomingMessage>((resolve, reject) => {
      get(url + query, { headers }, resolve).on('error', reject);
    });
    const ids: string[] = [];
    let line = '';
    let wake = () => {};
    res.on('data', (chunk: Buffer) => {
      const lines = (line + chunk.toString()).split('\n');
      line = lines.pop()!;
      for (const one of lines) if (one.startsWith('id: ')) ids.push(one.slice(4));
      wake();
    });
    res.on('error', () => {});
    const ended = once(res, 'close');
    return {
      res,
      ended,
      ids,
      /** Resolves once an event of that name is here. */
      async has(id: string) {
        while (!ids.includes(id)) await new Promise<void>((come) => (wake = come));
      },
    };
  }
  const tell = (id: string, reason?: string) => {
    for (const listener of listeners) listener(named(id, reason));
  };

  it('begins behind the decision that a client has already, where it is still known', async () => {
    for (const [query, headers, ids] of [
      ['', {}, [ONE, TWO, THREE]],
      [`?after=${TWO}`, {}, [THREE]],
      [`?after=${ONE}`, { 'last-event-id': TWO }, [THREE]],
      [`?after=${GONE}`, {}, [ONE, TWO, THREE]],
    ] as const) {
      const reader = await listen(query, headers);
      await reader.has(THREE);
      assert.deepEqual(reader.ids, ids, query);
      reader.res.destroy();
    }
  });

  it('ends for a token that is taken back, before it tells of another decision', async () => {
    const reader = await listen();
    await reader.has(THREE);
    tell('four');
    admin = { user: 'root', role: 'client' };
    tell('five');
    await reader.ended;
    assert.deepEqual(reader.ids, [ONE, TWO, THREE, 'four']);
    assert.ok(reader.res.complete);
    while (listeners.size > 0) await new Promise((resolve) => setImmediate(resolve));
  });

  for (const reads of [true, false])
    it(`${reads ? 'goes on for a reader who takes what comes' : 'cuts off one who takes nothing, and keeps no more for it'}`, async () => {
      const reader = await listen();
      await reader.has(THREE);
      if (!reads) reader.res.pause();
      // In pieces that one who reads has taken before the next comes. The operating system takes some for one who does not.
      let told = 0;
      while (told < 100 && listeners.size > 0) {
        for (let count = 0; count < 25; count += 1) tell(`${told}-${count}`, 'x'.repeat(20_000));
        if (reads) await reader.has(`${told}-24`);
        else await new Promise((resolve) => setImmediate(resolve));
        told += 1;
      }
      assert.equal(told === 100, reads, `${told} pieces of 500 kB were told`);
      reader.res.destroy();
      while (listeners.size > 0) await new Promise((resolve) => setImmediate(resolve));
    });

  it('ends with the server, and at once for whoever comes while that stops', async () => {
    const reader = await listen();
    await reader.has(THREE);
    services.health.set('server', 'failed', 'stopping');
    await reader.ended;
    assert.ok(reader.res.complete);
    const late = await listen();
    await late.ended;
    assert.deepEqual([late.ids, late.res.complete], [[], true]);
  });
});
