import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestGate } from '../../support/wheelgate.js';
import { TARGET } from '../timeline.js';
import type { AlertCase } from './case.js';

const FIRES = { alert: 'WheelgateExposureIncomplete', labels: TARGET };
const aside = (gate: TestGate) => join(gate.folder, 'data', 'decisions.jsonl-20260401.gz');

async function edit(gate: TestGate, project: string): Promise<void> {
  await gate.writePolicy('deny.yaml', `deny: [{project: ${project}, reason: not today}]`);
  await gate.gate.exposure.settled();
}

export const EXPOSURE_INCOMPLETE: readonly AlertCase[] = [
  {
    name: 'fires when a file of the log cannot be read, and ends when it can',
    run: async (timeline, gate) => {
      await timeline.scraped(3);
      await writeFile(aside(gate), 'no gzip at all');
      await edit(gate, 'one');
      await timeline.scraped(15);
      timeline.expect();
      await timeline.scraped(2);
      timeline.expect(FIRES);
      await rm(aside(gate));
      await edit(gate, 'two');
      await timeline.scraped();
      timeline.expect();
    },
  },
  {
    name: 'is silent where all of the log is read',
    run: async (timeline, gate) => {
      await timeline.scraped(3);
      await edit(gate, 'one');
      await timeline.scraped(20);
      timeline.expect();
    },
  },
];
