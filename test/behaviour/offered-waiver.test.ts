import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createOutput } from '../../src/cli/output.js';
import { runWaive } from '../../src/cli/waive.js';
import { buildWheel } from '../support/distributions.js';
import { startGate } from '../support/wheelgate.js';

const hooked = buildWheel({ name: 'hooked', files: { 'hooked.pth': 'import os\n' } });
const FILE = `/files/hooked/${hooked.filename}`;

/** What the command offers, where nobody names a day. */
async function offeredByCommand(server: string): Promise<string> {
  let text = '';
  const write = (more: string) => {
    text += more;
  };
  const options = { server, owner: 'platform@example.com', reason: 'read by us' };
  await runWaive('hooked==1.0', options, createOutput({ write }, { write }, {}));
  return text;
}

describe('the waiver that is offered for a refusal', () => {
  for (const [waiverMax, days] of [
    ['90d', 14],
    ['14d', 14],
    ['5d', 5],
    ['1d', 1],
    ['12h', 0],
  ] as const)
    it(`holds as it stands where waiver-max is ${waiverMax}, and for ${days} days`, async () => {
      const now = Date.now();
      const ends = new Date(now + days * 86_400_000).toISOString().slice(0, 10);
      const policies = { 'max.yaml': `waiver-max: ${waiverMax}\n` };
      const gate = await startGate({ policies, now, config: { 'gate.mode': 'hold' } });
      try {
        gate.upstream.addProject('hooked', [hooked]);
        assert.equal((await gate.get(FILE)).status, 403);
        const page = await gate.get(`/api/v1/projects/hooked/files/${hooked.filename}`);
        const offers = [page.json().advice.waiver, await offeredByCommand(gate.url)];
        for (const offered of offers) {
          // A night may pass between one clock and the other.
          if (days > 0) assert.match(offered, new RegExp(`expires: "?${ends}`));
          await gate.writePolicy('waiver.yaml', offered);
          assert.equal((await gate.get(FILE)).status, 200, offered);
          await gate.writePolicy('waiver.yaml', 'waivers: []\n');
          assert.equal((await gate.get(FILE)).status, 403);
        }
      } finally {
        await gate.close();
      }
    });
});
