import assert from 'node:assert/strict';
import { it } from 'node:test';
import { countRecent, noteRecent } from '../../../src/decisions/rollups/recent-counts.js';

const START = 24 * 20_000 + 7;

/** Where the bars of an overview begin at an hour: of a day, a week and thirty days. */
const rangesAt = (hour: number) => [
  hour - 23,
  (Math.floor(hour / 6) - 27) * 6,
  (Math.floor(hour / 24) - 29) * 24,
];

it('what was met within a range is counted exactly, whenever and in whichever order it came', () => {
  let seed = 7;
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return seed % below;
  };
  for (const step of [1, 5, 40, 300]) {
    const counts: number[] = [];
    const all: number[] = [];
    let hour = START;
    for (let count = 0; count < 400; count += 1) {
      hour += random(step);
      // Now and then one comes a little late.
      const met = random(10) === 0 ? hour - random(3) : hour;
      noteRecent(counts, met);
      all.push(met);
      for (const from of rangesAt(hour))
        assert.equal(countRecent(counts, from), all.filter((one) => one >= from).length);
    }
    assert.ok(counts.length <= 2 * (24 + 28 + 30 + 4), `${counts.length / 2} periods`);
  }
});
