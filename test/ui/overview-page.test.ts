import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bytesOf, percent, spanOf } from '../../src/ui/amounts.js';
import { barChart } from '../../src/ui/bar-chart.js';
import { layout } from '../../src/ui/layout.js';
import { overviewPage } from '../../src/ui/overview-page.js';
import { urlsFrom } from '../../src/ui/urls.js';
import { ALL_RULES, overviewOf } from './shown-overview.js';

const STATE = { revision: 'r', troubles: [], now: 0, isWhole: true, isAdmin: true };
const ADMIN = { user: 'eve', seesIdentities: true };

describe('the overview', () => {
  it('has at most 40 KiB, however much was refused by however many rules', () => {
    const long = 'a rather long text about what is wrong '.repeat(10);
    const answer = overviewOf('demo-1.0', ALL_RULES);
    const groups = answer.groups.map((group) => ({ ...group, reason: long }));
    const unresolved = answer.unresolved.map((group) => ({ ...group, reason: long }));
    const urlOf = urlsFrom('/');
    const page = overviewPage({ ...answer, groups, unresolved }, ADMIN, urlOf);
    const { length } = layout(page, STATE, urlOf).toString();
    assert.ok(length <= 40 * 1024, `${length} bytes`);
    assert.ok(length > 20 * 1024);
  });

  it('says the same in its chart and in the table beside it', () => {
    const bar = { requests: 9, warned: {}, from: '2026-11-01T09:00:00.000Z' };
    const text = barChart(
      'Refused',
      [
        { ...bar, refused: { deny: 2, cooldown: 3 }, wouldHave: { sdist: 1 } },
        { ...bar, refused: {}, wouldHave: {} },
      ],
      3_600_000,
    ).toString();
    assert.match(text, /<title>11-01 09:00 UTC: cooldown 3, deny 2, sdist \(dry-run\) 1<\/title>/);
    assert.match(
      text,
      /<th scope="row">11-01 09:00<\/th><td>2<\/td><td>3<\/td><td>1<\/td><\/tr><\/tbody>/,
    );
    assert.match(
      text,
      /<path class="r-deny"[^>]*\/><path class="r-cooldown"[^>]*\/><path stroke="url\(#sr-sdist\)"/,
    );
    assert.match(
      barChart('Refused', [{ ...bar, refused: {}, wouldHave: {} }], 1).toString(),
      /Nothing was refused/,
    );
  });

  it('tells amounts in three digits, and spans in their largest unit', () => {
    assert.deepEqual([0, 999, 1_000, 12_345, 1.92e12, 999_600, 5e17].map(bytesOf), [
      '0 bytes',
      '999 bytes',
      '1.00 kB',
      '12.3 kB',
      '1.92 TB',
      '1.00 MB',
      '500 PB',
    ]);
    assert.deepEqual([0, 0.961, 0.9999, 1].map(percent), ['0 %', '96.1 %', '100.0 %', '100 %']);
    assert.deepEqual([-5, 59_000, 60_000, 7_300_000, 9e7].map(spanOf), [
      'less than a minute',
      'less than a minute',
      '1 minute',
      '2 hours',
      '1 day',
    ]);
  });
});
