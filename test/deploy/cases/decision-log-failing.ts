import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { buildWheel } from '../../support/distributions.js';
import type { TestGate } from '../../support/wheelgate.js';
import { TARGET } from '../timeline.js';
import type { AlertCase } from './case.js';

const demo = buildWheel({ name: 'demo' });
const FIRES = { alert: 'WheelgateDecisionLogFailing', labels: TARGET };

async function download(gate: TestGate): Promise<void> {
  gate.upstream.addProject('demo', [demo]);
  await gate.get(`/files/demo/${demo.filename}`);
}

/** A folder where the log should be cannot be written to, whoever tries. */
const log = (gate: TestGate) => join(gate.folder, 'data', 'decisions.jsonl');

export const DECISION_LOG_FAILING: readonly AlertCase[] = [
  {
    name: 'fires when a decision cannot be written down, and ends soon after one can',
    prepare: (gate) => mkdir(log(gate)),
    run: async (timeline, gate) => {
      await timeline.scraped(5);
      timeline.expect();
      await download(gate);
      await timeline.scraped();
      timeline.expect(FIRES);
      await timeline.scraped(60);
      timeline.expect(FIRES);
      await rm(log(gate), { recursive: true });
      await download(gate);
      await timeline.scraped();
      timeline.expect();
    },
  },
  {
    name: 'fires where it fails before the first scrape',
    prepare: async (gate) => {
      await mkdir(log(gate));
      await download(gate);
    },
    run: async (timeline) => {
      await timeline.scraped();
      timeline.expect(FIRES);
    },
  },
  {
    name: 'fires where records are lost between others that are not',
    run: async (timeline, gate) => {
      await timeline.scraped(5);
      await mkdir(log(gate));
      await download(gate);
      await rm(log(gate), { recursive: true });
      await download(gate);
      await timeline.scraped();
      timeline.expect(FIRES);
      await timeline.scraped(6);
      timeline.expect();
    },
  },
  {
    name: 'is silent while decisions are written down',
    run: async (timeline, gate) => {
      await timeline.scraped(3);
      await download(gate);
      await timeline.scraped(5);
      timeline.expect();
    },
  },
];
