import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ProjectName } from '../../src/domain/project-name.js';
import { indexFeed } from '../../src/feed/feed-index.js';
import { readOsvRecord } from '../../src/feed/osv-record.js';

/** Versions of a project; what a record should say of each is given beside it. */
const ASKED = [
  '0.dev1',
  '0.9',
  '1.0rc1',
  '1.0',
  '1.0+x',
  '1.5',
  '2.0a1',
  '2.0',
  '2.1',
  '3.0',
  '1!0.1',
];
const ALL = ASKED;

function feedOf(affected: readonly object[]) {
  const record = readOsvRecord({ id: 'MAL-1', affected });
  const records = new Map([[record!.id, record!.entries]]);
  return indexFeed({ syncedAt: 0, records });
}

/** Which of the versions a record of malware counts for. */
function named(affected: object): string[] {
  const feed = feedOf([{ package: { ecosystem: 'PyPI', name: 'demo' }, ...affected }]);
  return ASKED.filter((version) => feed.find('demo' as ProjectName, version) !== undefined);
}

const range = (...events: unknown[]) => ({ ranges: [{ type: 'ECOSYSTEM', events }] });
const git = {
  type: 'GIT',
  repo: 'https://git.example/x',
  events: [{ introduced: '0' }, { fixed: 'abc' }],
};
const upTo2 = ['0.dev1', '0.9', '1.0rc1', '1.0', '1.0+x', '1.5', '2.0a1'];

describe('what a record of malware names', () => {
  const cases: Readonly<Record<string, readonly [object, readonly string[]]>> = {
    // Read whole.
    'a list': [{ versions: ['1.0', '2.1'] }, ['1.0', '1.0+x', '2.1']],
    'a list of a local label': [{ versions: ['1.0+x'] }, ['1.0+x']],
    'a span': [range({ introduced: '1.0' }, { fixed: '2.0' }), ['1.0', '1.0+x', '1.5', '2.0a1']],
    'a span with its last': [
      range({ introduced: '1.0' }, { last_affected: '1.0' }),
      ['1.0', '1.0+x'],
    ],
    'events in another order': [
      range({ fixed: '2.0' }, { introduced: '3.0' }, { introduced: '1.0' }),
      ['1.0', '1.0+x', '1.5', '2.0a1', '3.0', '1!0.1'],
    ],
    'events in one object': [
      range({ fixed: '2.0', introduced: '1.0' }),
      ['1.0', '1.0+x', '1.5', '2.0a1'],
    ],
    'a span that ends where the next begins': [
      range(
        { introduced: '1.0' },
        { fixed: '1.5' },
        { introduced: '1.5' },
        { last_affected: '2.0' },
      ),
      ['1.0', '1.0+x', '1.5', '2.0a1', '2.0'],
    ],
    'a beginning said twice': [
      range({ introduced: '1.0' }, { introduced: '1.5' }, { fixed: '2.0' }),
      ['1.0', '1.0+x', '1.5', '2.0a1'],
    ],
    'from the first': [range({ introduced: '0' }, { fixed: '2.0' }), upTo2],
    'from 0.0.0, which means the first': [range({ introduced: '0.0.0' }, { fixed: '2.0' }), upTo2],
    'up to a limit': [
      range({ introduced: '1.0' }, { limit: '2.0' }),
      ['1.0', '1.0+x', '1.5', '2.0a1'],
    ],
    'up to the limit of everything': [
      range({ introduced: '3.0' }, { limit: '*' }),
      ['3.0', '1!0.1'],
    ],
    'a kind of range that is not known': [
      { ranges: [{ type: 'SEMVER', events: [{ introduced: '3.0' }] }] },
      ['3.0', '1!0.1'],
    ],
    'a list and a span': [
      { versions: ['0.9'], ...range({ introduced: '3.0' }) },
      ['0.9', '3.0', '1!0.1'],
    ],
    'commits beside a list': [{ versions: ['1.5'], ranges: [git] }, ['1.5']],
    'commits beside a span': [
      { ranges: [git, { type: 'ECOSYSTEM', events: [{ introduced: '3.0' }] }] },
      ['3.0', '1!0.1'],
    ],
    // Not read whole: a list that is complete stays exact.
    'a list beside no events': [{ versions: ['1.5'], ...range() }, ['1.5']],
    'a list beside a span that cannot be read': [
      { versions: ['1.5'], ...range({ introduced: '1.0' }, { fixed: 'next week' }) },
      ['1.5'],
    ],
    // Doubt counts for what it cannot rule out.
    nothing: [{}, ALL],
    'empty lists': [{ versions: [], ranges: [] }, ALL],
    'commits alone': [{ ranges: [git] }, ALL],
    'no events': [range(), ALL],
    'events that are no list': [{ ranges: [{ type: 'ECOSYSTEM', events: 'all' }] }, ALL],
    'events that say nothing': [range({}), ALL],
    'a range that is none': [{ ranges: ['>=1.0'] }, ALL],
    'an end that cannot be read': [
      range({ introduced: '2.0' }, { fixed: 'next week' }),
      ['2.0', '2.1', '3.0', '1!0.1'],
    ],
    'an end without a beginning': [range({ fixed: '2.0' }), upTo2],
    'a beginning that cannot be read': [range({ introduced: 'v-one' }, { fixed: '2.0' }), upTo2],
    'a later beginning that cannot be read': [
      range({ introduced: '1.0' }, { fixed: '1.5' }, { introduced: 'later' }),
      ALL,
    ],
    'an end that is a number': [range({ introduced: '3.0' }, { fixed: 2 }), ['3.0', '1!0.1']],
    'a list that cannot be read': [{ versions: ['1.0 - 1.4'] }, ALL],
    'a list that can be read in part': [{ versions: ['1.0', 'all others'] }, ALL],
    'a list of another kind': [{ versions: '1.0' }, ALL],
    'a list that cannot be read beside a span': [
      { versions: ['2004d'], ...range({ introduced: '3.0' }) },
      ['3.0', '1!0.1'],
    ],
  };
  for (const [what, [affected, expected]] of Object.entries(cases))
    it(what, () => assert.deepEqual(named(affected), expected));

  it('is never another project, and any version that cannot be read', () => {
    const feed = feedOf([
      { package: { ecosystem: 'PyPI', name: ' Some_Thing ' }, versions: ['1.0'] },
      { package: { ecosystem: 'PyPI', name: 'some.thing' }, versions: ['1.5'] },
      { package: { ecosystem: 'PyPI:https://mirror.example', name: 'other' }, versions: ['1.0'] },
      { package: { ecosystem: 'npm', name: 'third' } },
      { package: { ecosystem: 'PyPI', name: '@scope/fourth' } },
    ]);
    const find = (project: string, version?: string) =>
      feed.find(project as ProjectName, version)?.id;
    for (const version of ['1.0', '1.5', undefined])
      assert.equal(find('some-thing', version), 'MAL-1', version);
    assert.equal(find('some-thing', '2.0'), undefined);
    assert.equal(find('other', '1.0'), 'MAL-1');
    for (const project of ['third', 'fourth', 'some']) assert.equal(find(project), undefined);
  });

  it('counts under the name of its file where it has no number yet', () => {
    const affected = [{ package: { ecosystem: 'PyPI', name: 'demo' }, versions: ['1.0'] }];
    const read = (more: object, name?: string) =>
      readOsvRecord({ id: '', affected, ...more }, name)!.entries.map(({ id }) => id);
    assert.deepEqual(read({}, 'MAL-0000-demo'), ['MAL-0000-demo']);
    assert.deepEqual(read({}, 'notes'), []);
    assert.deepEqual(read({ withdrawn: '2026-10-02T00:00:00Z' }, 'MAL-0000-demo'), []);
    assert.deepEqual(read({ withdrawn: '' }, 'MAL-0000-demo'), ['MAL-0000-demo']);
    assert.deepEqual(read({ withdrawn: null }, 'MAL-0000-demo'), ['MAL-0000-demo']);
  });
});
