import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TARGET } from '../timeline.js';
import type { AlertCase } from './case.js';

const FIRES = { alert: 'WheelgateFeedOld', labels: TARGET };
const HALF_AN_HOUR = 1_800_000;
const TWO_DAYS = 2 * 86_400_000;

const feedIn = (scratch: string) => ({ config: { 'feed.url': scratch } });

/** What an index of malware would have delivered. */
async function publish(scratch: string): Promise<void> {
  const record = {
    id: 'MAL-2026-1',
    modified: '2026-10-01T00:00:00Z',
    affected: [{ package: { ecosystem: 'PyPI', name: 'evil' }, versions: ['1.0'] }],
  };
  await writeFile(join(scratch, 'MAL-2026-1.json'), JSON.stringify(record));
}

export const FEED_OLD: readonly AlertCase[] = [
  {
    name: 'fires when the feed gets old, and ends when it is current again',
    gate: feedIn,
    prepare: async (gate, scratch) => {
      await publish(scratch);
      await gate.gate.feed!.sync();
      gate.now += TWO_DAYS - HALF_AN_HOUR;
    },
    run: async (timeline, gate) => {
      await timeline.scraped(31);
      timeline.expect();
      await timeline.scraped();
      timeline.expect(FIRES);
      await gate.restart();
      await timeline.scraped(3);
      timeline.expect(FIRES);
      await gate.gate.feed!.sync();
      await timeline.scraped();
      timeline.expect();
    },
  },
  {
    name: 'fires where the feed was never read, a quarter of an hour after the start, and ends when it is read',
    gate: feedIn,
    run: async (timeline, gate, scratch) => {
      await timeline.scraped(15);
      timeline.expect();
      await timeline.scraped();
      timeline.expect(FIRES);
      await gate.gate.feed!.sync();
      await timeline.scraped(60);
      timeline.expect(FIRES);
      await publish(scratch);
      await gate.gate.feed!.sync();
      await timeline.scraped();
      timeline.expect();
    },
  },
  {
    name: 'is silent where the feed is read soon after the start',
    gate: feedIn,
    run: async (timeline, gate, scratch) => {
      await timeline.scraped(5);
      await publish(scratch);
      await gate.gate.feed!.sync();
      await timeline.scraped(60);
      timeline.expect();
    },
  },
  {
    name: 'is silent where the settings want no feed',
    run: async (timeline) => {
      await timeline.scraped(60);
      timeline.expect();
    },
  },
];
