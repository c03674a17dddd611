import type { TestGate } from '../../support/wheelgate.js';
import { TARGET, type Timeline } from '../timeline.js';
import type { AlertCase } from './case.js';

const FIRES = { alert: 'WheelgateFirstByteSlow', labels: TARGET };

/** Files out of the cache, once a minute: a hundred that take so many seconds. */
async function served(timeline: Timeline, gate: TestGate, minutes: number, seconds: number) {
  for (let minute = 0; minute < minutes; minute += 1) {
    const take = gate.gate.metrics.firstByte.series({ cache: 'hit' });
    for (let count = 0; count < 100; count += 1) take(seconds);
    await timeline.scraped();
  }
}

export const FIRST_BYTE_SLOW: readonly AlertCase[] = [
  {
    name: 'fires when cached files begin late for ten minutes, and ends when they begin at once',
    timeline: { durations: true },
    run: async (timeline, gate) => {
      await served(timeline, gate, 5, 0.002);
      await served(timeline, gate, 8, 3);
      timeline.expect();
      await served(timeline, gate, 10, 3);
      timeline.expect(FIRES);
      await served(timeline, gate, 10, 0.002);
      timeline.expect();
    },
  },
  {
    name: 'is silent where files begin at once, and where there are none',
    timeline: { durations: true },
    run: async (timeline, gate) => {
      await served(timeline, gate, 15, 0.002);
      timeline.expect();
      await timeline.scraped(15);
      timeline.expect();
    },
  },
];
