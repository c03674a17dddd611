import type { TestGate } from '../../support/wheelgate.js';
import { TARGET } from '../timeline.js';
import type { AlertCase } from './case.js';

const FIRES = { alert: 'WheelgateUpstreamFailing', labels: { ...TARGET, upstream: 'fake' } };
const UNKNOWN = '/simple/unheard-of/';

/** One page that nobody has asked for; without a status, one that the index does not have. */
async function askIndex(gate: TestGate, status?: number): Promise<void> {
  asked += 1;
  const path = `/simple/page-${asked}/`;
  if (status !== undefined) gate.upstream.fault(path, { kind: 'status', status });
  await gate.get(path);
}
let asked = 0;

function failsWith(status: number): AlertCase {
  return {
    name: `fires when it answers with ${status} alone, and ends when it answers again`,
    run: async (timeline, gate) => {
      await timeline.scraped(3);
      for (let minute = 0; minute < 8; minute += 1) {
        await askIndex(gate, status);
        await timeline.scraped();
      }
      timeline.expect(FIRES);
      for (let minute = 0; minute < 6; minute += 1) {
        await askIndex(gate);
        await timeline.scraped();
      }
      timeline.expect();
    },
  };
}

export const UPSTREAM_FAILING: readonly AlertCase[] = [
  failsWith(403),
  failsWith(401),
  failsWith(407),
  {
    name: 'fires when it is asked once in twenty minutes and fails, and ends when it answers again',
    run: async (timeline, gate) => {
      await askIndex(gate);
      await timeline.scraped(20);
      for (let count = 0; count < 3; count += 1) {
        await askIndex(gate, 403);
        await timeline.scraped(20);
        timeline.expect(FIRES);
      }
      await askIndex(gate);
      await timeline.scraped(6);
      timeline.expect();
      await timeline.scraped(60);
      timeline.expect();
    },
  },
  {
    name: 'goes on over a restart until the index answers',
    run: async (timeline, gate) => {
      await timeline.scraped(3);
      await askIndex(gate, 418);
      await timeline.scraped(10);
      timeline.expect(FIRES);
      await gate.restart();
      await timeline.scraped(10);
      timeline.expect(FIRES);
      await askIndex(gate);
      await timeline.scraped(6);
      timeline.expect();
    },
  },
  {
    name: 'is silent at a single failure among answers',
    run: async (timeline, gate) => {
      await timeline.scraped(3);
      for (let minute = 0; minute < 12; minute += 1) {
        if (minute === 4) await askIndex(gate, 403);
        for (let count = 0; count < 5; count += 1) await askIndex(gate);
        await timeline.scraped();
        timeline.expect();
      }
    },
  },
  {
    name: 'is silent after a failure that the next attempt mended, though nothing is asked for hours',
    run: async (timeline, gate) => {
      await timeline.scraped(3);
      await askIndex(gate, 403);
      await askIndex(gate);
      for (let minutes = 0; minutes < 120; minutes += 10) {
        await timeline.scraped(10);
        timeline.expect();
      }
    },
  },
  {
    name: 'is silent where nothing is asked, and where the index does not have what is asked for',
    run: async (timeline, gate) => {
      await timeline.scraped(10);
      timeline.expect();
      for (let minute = 0; minute < 8; minute += 1) {
        await gate.get(UNKNOWN);
        await timeline.scraped();
      }
      timeline.expect();
    },
  },
];
