import type { TestGate } from '../../support/wheelgate.js';
import { TARGET } from '../timeline.js';
import type { AlertCase } from './case.js';

const FIRES = { alert: 'WheelgateRequestsFailing', labels: TARGET };

/** Pages that nobody has requested yet: ten that the index has or lacks, and some for which it fails. */
async function minuteOf(gate: TestGate, failing: number): Promise<void> {
  for (let count = 0; count < 10; count += 1) await gate.get(`/simple/${nextName()}/`);
  for (let count = 0; count < failing; count += 1) {
    const path = `/simple/${nextName()}/`;
    gate.upstream.fault(path, { kind: 'status', status: 418 });
    await gate.get(path);
  }
}

let named = 0;
function nextName(): string {
  named += 1;
  return `page-${named}`;
}

export const REQUESTS_FAILING: readonly AlertCase[] = [
  {
    name: 'fires when one request in eleven fails for a quarter of an hour, and ends when none does',
    run: async (timeline, gate) => {
      for (let minute = 0; minute < 5; minute += 1) {
        await minuteOf(gate, 0);
        await timeline.scraped();
      }
      timeline.expect();
      for (let minute = 0; minute < 15; minute += 1) {
        await minuteOf(gate, 1);
        await timeline.scraped();
      }
      timeline.expect(FIRES);
      for (let minute = 0; minute < 7; minute += 1) {
        await minuteOf(gate, 0);
        await timeline.scraped();
      }
      timeline.expect();
    },
  },
  {
    name: 'is silent at a single failure among few requests',
    run: async (timeline, gate) => {
      for (let minute = 0; minute < 20; minute += 1) {
        await minuteOf(gate, minute === 5 ? 1 : 0);
        await timeline.scraped();
        timeline.expect();
      }
    },
  },
  {
    name: 'is silent where every request is answered with 404',
    run: async (timeline, gate) => {
      for (let minute = 0; minute < 15; minute += 1) {
        await minuteOf(gate, 0);
        await timeline.scraped();
      }
      timeline.expect();
    },
  },
];
