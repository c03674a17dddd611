import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { buildWheel } from '../support/distributions.js';
import { startGate } from '../support/wheelgate.js';

const wheel = buildWheel({ name: 'demo' });

describe('the pseudonym of a client whose identity is hidden', () => {
  /** What stands for the same client at a server, before and after a restart. */
  async function pseudonymsWith(secret: string | undefined): Promise<string[]> {
    const gate = await startGate({ config: { 'replica.secret': secret } });
    try {
      gate.upstream.addProject('demo', [wheel]);
      assert.equal((await gate.get(`/files/demo/${wheel.filename}`)).status, 200);
      const ask = async (): Promise<string> => {
        const { requests } = (await gate.get('/api/v1/exposure?project=demo')).json();
        return requests[0].client;
      };
      const before = await ask();
      await gate.restart();
      return [before, await ask()];
    } finally {
      await gate.close();
    }
  }

  it('is the same at all servers that have one secret, over restarts, and another with another secret', async () => {
    const [one, two] = ['the secret of these replicas', 'the secret of other replicas'];
    const all = [...(await pseudonymsWith(one)), ...(await pseudonymsWith(one))];
    assert.equal(new Set(all).size, 1);
    assert.match(all[0]!, /^client-[0-9a-f]{8}$/);
    const others = await pseudonymsWith(two);
    assert.equal(new Set([...all, ...others]).size, 2);
  });
});
