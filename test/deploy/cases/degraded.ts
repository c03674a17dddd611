import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestGate, TestGateOptions } from '../../support/wheelgate.js';
import { TARGET } from '../timeline.js';
import type { AlertCase } from './case.js';

const firesFor = (part: string) => ({ alert: 'WheelgateDegraded', labels: { ...TARGET, part } });
const FIRES = firesFor('access');

/** What a part says of a trouble that another part has, too. */
const BECAUSE_OF_OTHERS: Readonly<Record<string, string>> = { redis: 'replicas', s3: 'archive' };
const ALERT_ON: Readonly<Record<string, string>> = {
  redis: 'WheelgateRedisDegraded',
  s3: 'WheelgateS3Degraded',
};

/** Tokens of nobody are tokens, too: whoever asks is turned away. */
function withTokens(scratch: string) {
  writeFileSync(join(scratch, 'tokens.yaml'), 'tokens: []\n');
  return { config: { 'access.tokens': join(scratch, 'tokens.yaml') } };
}

/** The index `fake`, with a password that a file contains. */
function withPassword(scratch: string): TestGateOptions {
  const file = join(scratch, 'password');
  writeFileSync(file, 'hush');
  const auth = { username: 'ci', 'password-file': file };
  return { withUpstream: (url) => ({ upstreams: [{ name: 'fake', url, auth }] }) };
}

/** A page that nobody has asked for yet, with credentials that the index accepts or rejects. */
async function askFor({ upstream, get }: TestGate, answer: 'accepted' | 'rejected') {
  asked += 1;
  const path = `/simple/page-${asked}/`;
  if (answer === 'rejected') upstream.fault(path, { kind: 'status', status: 401 });
  await get(path);
}
let asked = 0;

export const DEGRADED: readonly AlertCase[] = [
  {
    name: 'fires while an edit of the tokens does not hold, and ends with its repair',
    gate: withTokens,
    run: async (timeline, gate, scratch) => {
      await timeline.scraped(3);
      writeFileSync(join(scratch, 'tokens.yaml'), 'tokens: 7\n');
      await gate.gate.tokens!.reload();
      await timeline.scraped(5);
      timeline.expect();
      await timeline.scraped();
      timeline.expect(FIRES);
      await timeline.scraped(60);
      timeline.expect(FIRES);
      writeFileSync(join(scratch, 'tokens.yaml'), 'tokens: []\n');
      await gate.gate.tokens!.reload();
      await timeline.scraped();
      timeline.expect();
    },
  },
  {
    name: 'is silent on what has an alert of its own',
    run: async (timeline, gate) => {
      await timeline.scraped(3);
      await gate.writePolicy('b.yaml', 'deny: 7').catch(() => {});
      await timeline.scraped(20);
      timeline.expect({ alert: 'WheelgatePolicyNotLoaded', labels: TARGET });
    },
  },
  ...Object.entries(BECAUSE_OF_OTHERS).map(
    ([cause, part]): AlertCase => ({
      name: `is silent on ${part} while ${cause} is degraded, and fires if that alone remains`,
      run: async (timeline, { gate }) => {
        const { partDegraded } = gate.metrics;
        await timeline.scraped(3);
        for (const name of [cause, part]) partDegraded.set({ part: name }, 1);
        await timeline.scraped(20);
        timeline.expect({ alert: ALERT_ON[cause]!, labels: { ...TARGET, part: cause } });
        partDegraded.set({ part: cause }, 0);
        await timeline.scraped(5);
        timeline.expect();
        await timeline.scraped();
        timeline.expect(firesFor(part));
        partDegraded.set({ part }, 0);
        await timeline.scraped();
        timeline.expect();
      },
    }),
  ),
  {
    name: 'is silent on upstreams while an index fails because it rejects the credentials',
    gate: withPassword,
    run: async (timeline, gate) => {
      await timeline.scraped(3);
      for (let minute = 0; minute < 8; minute += 1) {
        await askFor(gate, 'rejected');
        await timeline.scraped();
      }
      timeline.expect({
        alert: 'WheelgateUpstreamFailing',
        labels: { ...TARGET, upstream: 'fake' },
      });
      await askFor(gate, 'accepted');
      await timeline.scraped(6);
      timeline.expect();
    },
  },
  {
    name: 'fires for upstreams where the last of many requests was rejected, and ends when one is accepted',
    gate: withPassword,
    run: async (timeline, gate) => {
      await timeline.scraped(3);
      for (let count = 0; count < 20; count += 1) await askFor(gate, 'accepted');
      await askFor(gate, 'rejected');
      await timeline.scraped(20);
      timeline.expect(firesFor('upstreams'));
      await askFor(gate, 'accepted');
      await timeline.scraped();
      timeline.expect();
    },
  },
];
