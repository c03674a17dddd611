import { buildWheel } from '../../support/distributions.js';
import type { TestGate } from '../../support/wheelgate.js';
import type { AlertCase } from './case.js';

const bad = buildWheel({ name: 'bad', version: '1.1' });
const DENIAL = '{project: bad, versions: "==1.1", reason: steals}';
const DENIED = `deny: [${DENIAL}]`;
const FIRES = { alert: 'WheelgateExposed', labels: { rule: 'deny' } };

async function download(gate: TestGate): Promise<void> {
  gate.upstream.addProject('bad', [bad]);
  await gate.get(`/files/bad/${bad.filename}`);
}

async function edit(gate: TestGate, policy: string): Promise<void> {
  await gate.writePolicy('deny.yaml', policy);
  await gate.gate.exposure.settled();
}

export const EXPOSED: readonly AlertCase[] = [
  {
    name: 'fires when what went out is denied, and ends an hour later',
    prepare: download,
    run: async (timeline, gate) => {
      await timeline.scraped(5);
      timeline.expect();
      await edit(gate, DENIED);
      await timeline.scraped();
      timeline.expect(FIRES);
      await timeline.scraped(59);
      timeline.expect(FIRES);
      await timeline.scraped(2);
      timeline.expect();
    },
  },
  {
    name: 'fires at what is found at the start, before the first scrape',
    gate: () => ({ policies: { 'deny.yaml': 'deny: []' } }),
    prepare: async (gate) => {
      await download(gate);
      await edit(gate, DENIED);
      await gate.restart();
      // Between the start and the first scrape.
      await edit(gate, 'deny: []');
      await download(gate);
      await edit(gate, DENIED);
    },
    run: async (timeline) => {
      await timeline.scraped();
      timeline.expect(FIRES);
      await timeline.scraped(61);
      timeline.expect();
    },
  },
  {
    name: 'is silent after a restart that finds nothing new',
    prepare: download,
    run: async (timeline, gate) => {
      await timeline.scraped(5);
      await edit(gate, DENIED);
      await timeline.scraped(70);
      timeline.expect();
      await gate.restart();
      await edit(gate, `deny: [${DENIAL}, {project: other, reason: not today}]`);
      await timeline.scraped(5);
      timeline.expect();
    },
  },
  {
    name: 'is silent where the denial is waived, and fires when the waiver goes',
    prepare: download,
    run: async (timeline, gate) => {
      await timeline.scraped(5);
      await edit(
        gate,
        `${DENIED}\nwaivers: [{rule: deny, project: bad, versions: "==1.1", reason: r, owner: o, expires: 2026-12-01}]`,
      );
      await timeline.scraped(5);
      timeline.expect();
      await edit(gate, DENIED);
      await timeline.scraped(5);
      timeline.expect(FIRES);
    },
  },
];
