import assert from 'node:assert/strict';
import type {
  DecisionQueries,
  RefusalFilter,
} from '../../../src/decisions/queries/decision-queries.js';
import type { DecisionRecord } from '../../../src/decisions/record.js';
import type { Contract, Subject } from '../../support/contract.js';
import { record } from '../records.js';

export interface QueriesSubject extends Subject {
  readonly queries: DecisionQueries;
  append(records: readonly DecisionRecord[]): Promise<void>;
}

/** What it takes for now: a day later than the records. */
export const NOW = Date.UTC(2026, 4, 6);

const refused = (minute: number, more: Partial<DecisionRecord> = {}) =>
  record('10.0.0.1', {
    time: new Date(NOW - 3_600_000 + minute * 60_000).toISOString(),
    verdict: 'block',
    status: 403,
    rule: 'startup-hook',
    reason: 'it would run code',
    ...more,
  });

/** All pages of an answer, one behind the other. */
async function pages(queries: DecisionQueries, filter: RefusalFilter, most: number) {
  const found = [];
  let cursor: string | undefined;
  do {
    const page = await queries.refusals(filter, cursor, most);
    assert.ok(page.items.length <= most);
    assert.deepEqual(page.gaps, []);
    found.push(...page.items);
    cursor = page.next;
  } while (cursor !== undefined);
  return found;
}

export const QUERIES: Contract<QueriesSubject> = {
  'an overview of nothing is empty, and has all its bars': async ({ queries }) => {
    const { bars, totals, groups, newest } = await queries.overview('24h');
    assert.deepEqual([bars.length, totals.requests, groups, newest], [24, 0, [], []]);
  },

  'an overview counts by rule and mode, and names what is new': async ({ queries, append }) => {
    await append([
      refused(0),
      refused(1, { verdict: 'warn', wouldBlock: true, rule: 'deny', project: 'b' }),
      refused(2, { verdict: 'warn', rule: 'sdist', project: 'c' }),
      refused(3, { verdict: 'allow', rule: undefined, cache: 'miss', bytes: 5, fetched: 3 }),
    ]);
    const { totals, newest, unresolved } = await queries.overview('7d');
    const { requests, wouldHave, warned, served, fetched, saved } = totals;
    assert.deepEqual([requests, totals.refused, wouldHave, warned], [4, 1, 1, 1]);
    assert.deepEqual([served, fetched, saved], [35, 3, 32]);
    assert.deepEqual(
      newest.map(({ decision }) => decision.project),
      ['c', 'b', 'bad'],
    );
    assert.deepEqual(
      unresolved.map(({ project }) => project),
      ['bad'],
    );
  },

  'what belongs together is one group, which says who, how often and when': async ({
    queries,
    append,
  }) => {
    const users = Array.from({ length: 25 }, (_, at) => refused(at, { user: `u${at}` }));
    await append(users);
    const { items } = await queries.refusals({});
    const [group] = items;
    assert.deepEqual([items.length, group?.refused, group?.users.length], [1, 25, 20]);
    assert.equal(group?.moreUsers, 5);
    assert.deepEqual([group?.first, group?.last], [users[0]?.time, users[24]?.time]);
  },

  'pages hold each group once, the newest first, also where the log itself is asked': async ({
    queries,
    append,
  }) => {
    const many = Array.from({ length: 23 }, (_, at) =>
      refused(at, { filename: `f-${at}.whl`, user: at % 2 === 0 ? 'even' : 'odd' }),
    );
    await append(many);
    const names = (records: readonly { filename: string }[]) =>
      records.map(({ filename }) => filename);
    assert.deepEqual(names(await pages(queries, {}, 5)), names(many.toReversed()));
    const even = many.filter(({ user }) => user === 'even').toReversed();
    assert.deepEqual(names(await pages(queries, { user: 'even' }, 5)), names(even));
    const since = Date.parse(many[10]!.time);
    const later = many.slice(10).toReversed();
    assert.deepEqual(names(await pages(queries, { since }, 4)), names(later));
  },

  'a decision is found by its name, and by no other': async ({ queries, append }) => {
    await append([
      refused(0),
      refused(0, { client: '10.0.0.2' }),
      refused(1, { verdict: 'allow' }),
    ]);
    const { items } = await queries.refusals({});
    const { id } = items[0]!;
    const found = await queries.decision(id);
    assert.deepEqual([found?.id, found?.decision.client], [id, '10.0.0.2']);
    const other = id.replace(/.{6}$/, id.endsWith('000000') ? '000001' : '000000');
    for (const wrong of [other, 'x', '']) assert.equal(await queries.decision(wrong), undefined);
  },
};
