import { buildWheel } from '../../support/distributions.js';
import type { TestGate } from '../../support/wheelgate.js';
import type { AlertCase } from './case.js';

const RULE = { rule: 'startup-hook' };
const REFUSED = { alert: 'WheelgateRefusedDownload', labels: RULE };
const RISING = { alert: 'WheelgateRefusalsRising', labels: RULE };
const hooked = buildWheel({ name: 'hooked', files: { 'hooked.pth': 'import os\n' } });
const WEEK = 7 * 24 * 60;

async function refuse(gate: TestGate, times: number): Promise<void> {
  gate.upstream.addProject('hooked', [hooked]);
  for (let count = 0; count < times; count += 1) await gate.get(`/files/hooked/${hooked.filename}`);
}

/** The rules are looked at every ten minutes here, for a week is long: expectations stand at such a minute. */
export const REFUSALS_RISING: readonly AlertCase[] = [
  {
    name: 'fires at many refusals where there were none, and ends an hour later',
    run: async (timeline, gate) => {
      await timeline.scraped(6);
      await refuse(gate, 40);
      await timeline.scraped(5);
      timeline.expect(REFUSED, RISING);
      await timeline.scraped(70);
      timeline.expect();
    },
  },
  {
    name: 'is silent at a few',
    run: async (timeline, gate) => {
      await timeline.scraped(6);
      await refuse(gate, 15);
      await timeline.scraped(5);
      timeline.expect(REFUSED);
    },
  },
  {
    name: 'is silent where there were about as many a week before, and fires where there are far more',
    run: async (timeline, gate) => {
      await timeline.scraped(6);
      await refuse(gate, 40);
      await timeline.scraped(65);
      timeline.unwatched(WEEK - 70);
      await timeline.scraped(5);
      await refuse(gate, 60);
      await timeline.scraped(5);
      timeline.expect(REFUSED);
      await refuse(gate, 300);
      await timeline.scraped(10);
      timeline.expect(REFUSED, RISING);
    },
  },
];
