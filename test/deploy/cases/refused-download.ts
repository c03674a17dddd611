import { buildWheel } from '../../support/distributions.js';
import type { TestGate } from '../../support/wheelgate.js';
import type { AlertCase } from './case.js';

const hooked = buildWheel({ name: 'hooked', files: { 'hooked.pth': 'import os\n' } });
const FIRES = { alert: 'WheelgateRefusedDownload', labels: { rule: 'startup-hook' } };

async function refuse(gate: TestGate): Promise<void> {
  gate.upstream.addProject('hooked', [hooked]);
  await gate.get(`/files/hooked/${hooked.filename}`);
}

/** Counts of many refusals before Prometheus comes. */
async function refuseOften(gate: TestGate): Promise<void> {
  for (let count = 0; count < 3; count += 1) await refuse(gate);
}

export const REFUSED_DOWNLOAD: readonly AlertCase[] = [
  {
    name: 'is silent where nothing is refused',
    run: async (timeline, gate) => {
      gate.upstream.addProject('demo', [buildWheel({ name: 'demo' })]);
      await timeline.scraped(3);
      await gate.get('/files/demo/demo-1.0-py3-none-any.whl');
      await timeline.scraped(20);
      timeline.expect();
    },
  },
  {
    name: 'fires at the first refusal after a start, and ends ten minutes later',
    run: async (timeline, gate) => {
      await timeline.scraped(5);
      timeline.expect();
      await refuse(gate);
      await timeline.scraped();
      timeline.expect(FIRES);
      await timeline.scraped(9);
      timeline.expect(FIRES);
      await timeline.scraped(2);
      timeline.expect();
    },
  },
  {
    name: 'fires at a refusal before the first scrape',
    prepare: refuse,
    run: async (timeline) => {
      await timeline.scraped();
      timeline.expect(FIRES);
      await timeline.scraped(11);
      timeline.expect();
    },
  },
  {
    name: 'fires each time, rare as it may be',
    run: async (timeline, gate) => {
      for (let count = 0; count < 3; count += 1) {
        await timeline.scraped(45);
        timeline.expect();
        await refuse(gate);
        await timeline.scraped();
        timeline.expect(FIRES);
      }
    },
  },
  {
    name: 'goes on over a restart, and ends after it',
    run: async (timeline, gate) => {
      await timeline.scraped(5);
      await refuse(gate);
      await timeline.scraped(2);
      await gate.restart();
      await timeline.scraped();
      timeline.expect(FIRES);
      await timeline.scraped(10);
      timeline.expect();
    },
  },
  {
    name: 'fires at a refusal between a restart and the next scrape that brings the count to what it was',
    prepare: refuse,
    run: async (timeline, gate) => {
      await timeline.scraped(30);
      timeline.expect();
      await gate.restart();
      await refuse(gate);
      await timeline.scraped();
      timeline.expect(FIRES);
      await timeline.scraped(11);
      timeline.expect();
    },
  },
  {
    name: 'fires at a refusal while Prometheus was away',
    run: async (timeline, gate) => {
      await timeline.scraped(5);
      timeline.unwatched(30);
      await refuse(gate);
      timeline.unwatched(30);
      await timeline.scraped();
      timeline.expect(FIRES);
      await timeline.scraped(11);
      timeline.expect();
    },
  },
  {
    name: 'fires at a refusal after a restart while Prometheus was away',
    prepare: refuseOften,
    run: async (timeline, gate) => {
      await timeline.scraped(30);
      timeline.unwatched(30);
      await gate.restart();
      await refuse(gate);
      timeline.unwatched(30);
      await timeline.scraped();
      timeline.expect(FIRES);
      await timeline.scraped(11);
      timeline.expect();
    },
  },
  {
    name: 'is silent where Prometheus was away and nothing was refused',
    prepare: refuseOften,
    run: async (timeline) => {
      await timeline.scraped(30);
      timeline.unwatched(60);
      await timeline.scraped(5);
      timeline.expect();
    },
  },
  {
    name: 'is silent on old counts that a new Prometheus finds',
    prepare: async (gate) => {
      await refuseOften(gate);
      gate.now += 3_600_000;
    },
    run: async (timeline, gate) => {
      await timeline.scraped(5);
      timeline.expect();
      await refuse(gate);
      await timeline.scraped();
      timeline.expect(FIRES);
    },
  },
  {
    name: 'is silent where dry-run lets it pass',
    gate: () => ({ policies: { 'mode.yaml': 'mode: dry-run' } }),
    run: async (timeline, gate) => {
      await timeline.scraped(3);
      await refuse(gate);
      await timeline.scraped(5);
      timeline.expect();
    },
  },
];
