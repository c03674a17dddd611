import { existsSync } from 'node:fs';
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

const log = (gate: TestGate) => join(gate.folder, 'data', 'decisions.jsonl');

/** A log that is put aside with each record: the next one is written to a file that must be made. */
const ROTATING = () => ({ config: { 'decisions.max-bytes': 1, 'decisions.compress': false } });

/** A folder where the log should be cannot be written to, whoever tries. */
async function block(gate: TestGate): Promise<void> {
  await download(gate);
  // It is put aside once the record is written, and the answer does not wait for that.
  while (existsSync(log(gate))) await new Promise((resolve) => setImmediate(resolve));
  await mkdir(log(gate));
}

export const DECISION_LOG_FAILING: readonly AlertCase[] = [
  {
    name: 'fires when a decision cannot be written down, and ends soon after one can',
    gate: ROTATING,
    prepare: block,
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
    prepare: (gate) =>
      gate.restart(async () => {
        await rm(log(gate));
        await mkdir(log(gate));
      }),
    run: async (timeline) => {
      await timeline.scraped();
      timeline.expect(FIRES);
    },
  },
  {
    name: 'fires where records are lost between others that are not',
    gate: ROTATING,
    run: async (timeline, gate) => {
      await timeline.scraped(5);
      await block(gate);
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
