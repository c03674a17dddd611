import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TARGET } from '../timeline.js';
import type { AlertCase } from './case.js';

const FIRES = { alert: 'WheelgateDegraded', labels: { ...TARGET, part: 'access' } };

/** Tokens of nobody are tokens, too: whoever asks is turned away. */
function withTokens(scratch: string) {
  writeFileSync(join(scratch, 'tokens.yaml'), 'tokens: []\n');
  return { config: { 'access.tokens': join(scratch, 'tokens.yaml') } };
}

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
];
