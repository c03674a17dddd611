import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RefusalGroups } from '../../src/notify/refusal-groups.js';
import { refusal } from './support/refusal.js';

const HOUR = 3_600_000;
const START = Date.UTC(2026, 10, 1);

describe('refusals in groups', () => {
  it('tells of the first of its kind at once, and of the rest in a sum an hour later', () => {
    const groups = new RefusalGroups();
    assert.equal(groups.note(refusal(START), START)?.count, 1);
    for (let minute = 1; minute <= 5; minute += 1)
      assert.equal(
        groups.note(refusal(START + minute * 60_000), START + minute * 60_000),
        undefined,
      );
    assert.deepEqual(groups.due(START + HOUR - 1), []);
    const [sum, ...others] = groups.due(START + HOUR);
    assert.deepEqual(others, []);
    assert.deepEqual(
      [sum?.count, sum?.isFirst, sum?.first, sum?.last],
      [5, false, '2026-11-01T00:01:00.000Z', '2026-11-01T00:05:00.000Z'],
    );
    assert.deepEqual(groups.due(START + 2 * HOUR), [], 'it has been told');
  });

  it('tells of the same release once a day after that', () => {
    const groups = new RefusalGroups();
    groups.note(refusal(START), START);
    groups.note(refusal(START), START);
    assert.equal(groups.due(START + HOUR).length, 1);
    groups.note(refusal(START + 2 * HOUR), START + 2 * HOUR);
    assert.deepEqual(groups.due(START + 24 * HOUR), []);
    assert.equal(groups.due(START + 25 * HOUR)[0]?.count, 1);
  });

  it('takes another project, version or rule for another kind, and another file of the release for the same', () => {
    const groups = new RefusalGroups();
    const kinds = [
      {},
      { project: 'other' },
      { version: '2.0' },
      { rule: 'deny' },
      { version: undefined, filename: 'demo-unreadable.whl' },
    ];
    for (const kind of kinds) assert.ok(groups.note(refusal(START, kind), START)?.isFirst);
    const sdist = refusal(START, { filename: 'demo-1.0.tar.gz' });
    assert.equal(groups.note(sdist, START), undefined);
    assert.deepEqual(groups.due(START + HOUR)[0]?.filenames, [
      'demo-1.0-py3-none-any.whl',
      'demo-1.0.tar.gz',
    ]);
  });

  it('knows after a restart what it has told, and goes on counting', () => {
    const before = new RefusalGroups();
    before.note(refusal(START), START);
    before.note(refusal(START + 1), START + 1);
    const groups = new RefusalGroups(JSON.parse(JSON.stringify(before.known())));
    assert.equal(groups.note(refusal(START + 2), START + 2), undefined);
    assert.equal(groups.due(START + HOUR)[0]?.count, 2);
  });

  it('takes what was quiet for a week for new', () => {
    const groups = new RefusalGroups();
    groups.note(refusal(START), START);
    const later = START + 169 * HOUR;
    assert.equal(groups.note(refusal(later), later)?.isFirst, true);
  });

  it('forgets the group that was quiet the longest where there are too many', () => {
    const groups = new RefusalGroups();
    for (let count = 0; count <= 10_000; count += 1)
      groups.note(refusal(START, { project: `p${count}` }), START);
    assert.equal(Object.keys(groups.known()).length, 10_000);
    assert.ok(groups.note(refusal(START, { project: 'p0' }), START), 'forgotten');
    assert.equal(groups.note(refusal(START, { project: 'p10000' }), START), undefined);
  });
});
