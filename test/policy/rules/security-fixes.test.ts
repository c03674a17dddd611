import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readReleases } from '../../../src/domain/dated-releases.js';
import type { ProjectName } from '../../../src/domain/project-name.js';
import { compareVersions } from '../../../src/domain/version.js';
import { indexFeed } from '../../../src/feed/feed-index.js';
import { readOsvRecord } from '../../../src/feed/osv-record.js';
import { letThroughFix } from '../../../src/messages/reasons.js';
import { ANY, saying } from '../../support/messages.js';
import { osv } from '../../support/osv-mirror.js';
import { Random } from '../../support/random.js';
import { brief, caseOf, DAY, HOUR, NOW, policyOf, subject } from '../support.js';
import { FIXED_RELEASES } from './fixed-releases.js';

const iso = (time: number) => new Date(time).toISOString();
const POLICY = (fixes: string, more = '') =>
  policyOf(`rules: { cooldown: { action: block, age: 3d, security-fixes: ${fixes} } }\n${more}`);
const ALLOW = POLICY('allow');

interface Told {
  readonly id?: string;
  readonly project?: string;
  readonly introduced?: string;
  readonly fixed?: string;
  readonly published?: number;
  readonly more?: object;
}

/** A feed that holds one advisory. */
function feedOf({
  id = 'PYSEC-2026-1',
  project = 'demo',
  introduced = '0',
  fixed = '2.0.1',
  published = NOW - DAY,
  more = {},
}: Told = {}) {
  const events = [{ introduced }, { fixed }];
  const record = osv(
    id,
    project,
    { ranges: [{ type: 'ECOSYSTEM', events }] },
    {
      published: iso(published),
      database_specific: { github_reviewed: true },
      ...more,
    },
  );
  const { fixes, entries } = readOsvRecord(record)!;
  return indexFeed({
    records: new Map([[id, entries]]),
    fixes: new Map([[id, fixes]]),
    syncedAt: NOW,
  });
}

interface Asked {
  readonly version?: string;
  readonly project?: string;
  /** Milliseconds. */
  readonly age?: number;
  /** Releases of the page, with their ages. */
  readonly releases?: Readonly<Record<string, number>>;
}

/** An advisory with one more event, or for another ecosystem. */
function affected(event: object, fixed = '2.0.1', ecosystem = 'PyPI'): Told {
  const ranges = [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed }, event] }];
  return { more: { affected: [{ package: { ecosystem, name: 'demo' }, ranges }] } };
}

function about(
  { version = '2.0.1', project = 'demo', age = DAY, releases }: Asked,
  feed = feedOf(),
) {
  const listed = Object.entries({ [version]: age, '2.0.0': 90 * DAY, ...releases });
  const dated = listed.map(([one, old]) => [one, iso(NOW - old)] as const);
  const sorted = dated.toSorted(([a], [b]) => compareVersions(b, a));
  const file = subject({ project, version, uploadTime: NOW - age });
  return caseOf({ ...file, releases: readReleases(sorted) }, undefined, NOW, { feed });
}

const verdictOn = (asked: Asked, feed = feedOf(), policy = ALLOW) =>
  brief(policy.evaluate(about(asked, feed)));

describe('a release that an advisory names as its fix', () => {
  for (const [id, project, fixed, affected, other] of FIXED_RELEASES)
    it(`passes the cooldown, and one that it does not name waits: ${project} ${fixed} (${id})`, () => {
      const feed = feedOf({ id, project, fixed });
      const releases = { '2.0.0': 0, [affected]: 60 * DAY };
      const verdict = ALLOW.evaluate(about({ project, version: fixed, releases }, feed));
      assert.equal(verdict.outcome, 'allow');
      assert.match(verdict.hits[0]!.reason, saying(`; ${letThroughFix(id)} (cooldown)`));
      assert.equal(verdictOn({ project, version: other, releases }, feed), 'block cooldown');
    });

  it('passes where the advisory has two ranges, too', () => {
    assert.equal(verdictOn({}, feedOf(affected({ introduced: '3.0' }))), 'allow');
  });

  it('passes with a warning where the policy says so, and waits where it does not say anything', () => {
    assert.equal(verdictOn({}, feedOf(), POLICY('warn')), 'warn cooldown');
    assert.equal(verdictOn({}, feedOf(), POLICY('off')), 'block cooldown');
    assert.equal(
      verdictOn({}, feedOf(), policyOf('rules: { cooldown: { action: block } }')),
      'block cooldown',
    );
  });

  it('waits two hours in any case', () => {
    assert.equal(verdictOn({ age: 2 * HOUR - 1 }), 'block cooldown');
    assert.equal(verdictOn({ age: 2 * HOUR }), 'allow');
    assert.equal(ALLOW.evaluate(about({ age: HOUR })).validUntil, NOW + HOUR);
  });

  it('is held to every other rule', () => {
    const policy = POLICY('allow', 'deny: [{ project: demo, versions: "==2.0.1", reason: bad }]');
    assert.equal(verdictOn({}, feedOf(), policy), 'block deny');
  });

  for (const [what, asked, told] of [
    ['a later patch of it', { version: '2.0.2' }, {}],
    ['a build of it with a label', { version: '2.0.1+evil' }, {}],
    ['a pre-release of it', { version: '2.0.1rc1' }, {}],
    ['a new file of a release that is out of its cooldown', { releases: { '2.0.1': 9 * DAY } }, {}],
    [
      'one where clients are left with a release that is not affected',
      {},
      { introduced: '2.0.0.post1' },
    ],
    ['one that nothing old enough lies below', { releases: { '2.0.0': HOUR } }, {}],
    ['one that an old advisory has announced', {}, { published: NOW - 40 * DAY }],
    [
      'one whose advisory does not say when it was published',
      {},
      { more: { published: undefined } },
    ],
    ['one whose advisory is withdrawn', {}, { more: { withdrawn: iso(NOW) } }],
    [
      'one whose advisory GitHub has not reviewed',
      {},
      { id: 'GHSA-1', more: { database_specific: {} } },
    ],
    ['one of a database that is not known for reviews', {}, { id: 'OSV-2026-1' }],
    ['one that is named by another project', {}, { project: 'other' }],
    ['one whose advisory gives no readable beginning', {}, { introduced: 'unknown' }],
    ['one whose advisory gives no readable end beside it', {}, affected({ fixed: 'soon' })],
    ['one that ends a range by its limit', {}, affected({ limit: '2.0.1' }, '9.9')],
    [
      'one of another index',
      {},
      affected({ introduced: '3.0' }, '2.0.1', 'PyPI:https://other.test/simple'),
    ],
  ] as const satisfies readonly (readonly [string, Asked, Told])[])
    it(`is not ${what}`, () => {
      assert.equal(verdictOn(asked, feedOf(told)), 'block cooldown');
    });

  it('is not one below which the fix has come of age meanwhile, from the moment that it has', () => {
    // A client that passes 2.0.1 over would come to 2.0.0, then to nothing that is affected.
    const releases = { '2.0.0': 3 * DAY - HOUR, '1.9.0': 90 * DAY };
    const verdict = ALLOW.evaluate(about({ releases }));
    assert.deepEqual([verdict.outcome, verdict.validUntil], ['allow', NOW + HOUR]);
  });

  it('is the only thing that passes under age, whatever advisories and pages say', () => {
    const random = new Random(3);
    const pick = <T>(...all: readonly T[]): T => random.pick(all);
    const versions = ['1.9', '2.0', '2.0.0', '2.0.1', '2.1rc1', '2.1'];
    let passed = 0;
    for (let run = 0; run < 5_000; run += 1) {
      const told = {
        id: pick('PYSEC-2026-1', 'GHSA-1', 'OSV-1'),
        fixed: pick(...versions),
        published: NOW - pick(0, DAY, 29 * DAY, 40 * DAY),
      };
      const asked = {
        version: pick(...versions),
        age: pick(0, HOUR, 3 * HOUR, DAY, 3 * DAY, 9 * DAY),
        releases: Object.fromEntries(versions.map((one) => [one, pick(HOUR, DAY, 9 * DAY)])),
      };
      const { outcome, hits } = ALLOW.evaluate(about(asked, feedOf(told)));
      if (outcome === 'block' || asked.age >= 3 * DAY) continue;
      passed += 1;
      assert.match(hits[0]!.reason, saying(letThroughFix(ANY)));
      assert.ok(
        feedOf(told)
          .fixes('demo' as ProjectName)
          .some((fix) => fix.fixedBy(asked.version)),
      );
      assert.ok(asked.age >= 2 * HOUR && told.id !== 'OSV-1');
    }
    assert.ok(passed > 20, String(passed));
  });
});
