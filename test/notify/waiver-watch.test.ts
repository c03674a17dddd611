import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WaiverWatch } from '../../src/notify/waiver-watch.js';
import type { Waiver } from '../../src/policy/entries.js';

const DAY = 86_400_000;
const START = Date.UTC(2026, 10, 1);

function waiver(expires: number, about: Partial<Waiver> = {}): Waiver {
  return {
    rule: 'cooldown',
    project: 'urllib3' as Waiver['project'],
    versions: '==2.8.1',
    reason: 'a fix is needed today',
    owner: 'platform@example.com',
    expires,
    ...about,
  };
}

describe('waivers that end', () => {
  it('tells once that one ends within a week, and once that it has ended', () => {
    const watch = new WaiverWatch();
    const waivers = [waiver(START + 8 * DAY)];
    assert.deepEqual(watch.look(waivers, START), []);
    assert.deepEqual(
      watch.look(waivers, START + DAY).map(({ state, expires }) => [state, expires]),
      [['ending', '2026-11-09T00:00:00.000Z']],
    );
    assert.deepEqual(watch.look(waivers, START + 2 * DAY), []);
    assert.deepEqual(
      watch.look(waivers, START + 8 * DAY).map(({ state }) => state),
      ['ended'],
    );
    assert.deepEqual(watch.look(waivers, START + 9 * DAY), []);
  });

  it('tells nothing twice over a restart, and of a waiver that was prolonged anew', () => {
    const before = new WaiverWatch();
    before.look([waiver(START + DAY)], START);
    const watch = new WaiverWatch(JSON.parse(JSON.stringify(before.known())));
    assert.deepEqual(watch.look([waiver(START + DAY)], START), []);
    assert.equal(watch.look([waiver(START + 5 * DAY)], START).length, 1);
  });

  it('tells nothing of one that had ended long before', () => {
    assert.deepEqual(new WaiverWatch().look([waiver(START - 8 * DAY)], START), []);
    assert.equal(new WaiverWatch().look([waiver(START - 6 * DAY)], START).length, 1);
  });

  it('tells once of two entries that say the same', () => {
    const twins = [waiver(START + DAY), waiver(START + DAY)];
    assert.equal(new WaiverWatch().look(twins, START).length, 1);
    const other = [waiver(START + DAY), waiver(START + DAY, { rule: 'sdist' })];
    assert.equal(new WaiverWatch().look(other, START).length, 2);
  });
});
