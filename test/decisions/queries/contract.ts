import assert from 'node:assert/strict';
import type {
  DecisionQueries,
  NamedDecision,
  RefusalFilter,
} from '../../../src/decisions/queries/decision-queries.js';
import type { DecisionRecord } from '../../../src/decisions/record.js';
import type { ProjectName } from '../../../src/domain/project-name.js';
import { shortIdOf } from '../../../src/domain/short-id.js';
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
    const page = await queries.refusals(filter, { cursor, most });
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

  'groups are sorted by how often they were met, and by how many': async ({ queries, append }) => {
    const met = (filename: string, users: readonly string[]) =>
      users.map((user, at) => refused(at, { filename, user }));
    await append([
      ...met('often.whl', ['a', 'a', 'a']),
      ...met('many.whl', ['a', 'b']),
      ...met('once.whl', ['a']),
    ]);
    const inOrder = async (sort: 'most' | 'users') => {
      const names = [];
      let cursor: string | undefined;
      do {
        const page = await queries.refusals({}, { sort, most: 1, cursor });
        names.push(...page.items.map(({ filename }) => filename));
        cursor = page.next;
      } while (cursor !== undefined);
      return names;
    };
    assert.deepEqual(await inOrder('most'), ['often.whl', 'many.whl', 'once.whl']);
    assert.equal((await inOrder('users'))[0], 'many.whl');
    const byUser = await queries.refusals({ user: 'a' }, { sort: 'most' });
    assert.equal(byUser.items[0]?.filename, 'often.whl');
  },

  'an overview names what is new of one user alone, however much is newer of others': async ({
    queries,
    append,
  }) => {
    await append([
      refused(0, { user: 'ann' }),
      ...Array.from({ length: 30 }, (_, at) => refused(at + 1, { user: 'bob' })),
    ]);
    const users = async (user?: string) =>
      (await queries.overview('24h', user)).newest.map(({ decision }) => decision.user);
    assert.deepEqual(await users('ann'), ['ann']);
    assert.deepEqual(new Set(await users()), new Set(['bob']));
  },

  'the groups of an overview are ranked by how often they were met within its range': async ({
    queries,
    append,
  }) => {
    const old = Array.from({ length: 5 }, (_, at) =>
      refused(at - 40 * 60, { filename: 'old.whl' }),
    );
    await append([
      ...old,
      refused(0, { filename: 'new.whl' }),
      refused(1, { filename: 'new.whl' }),
      refused(2, { filename: 'old.whl' }),
    ]);
    const ranked = async (range: '24h' | '7d' | '30d') =>
      (await queries.overview(range)).groups.map(({ filename, inRange }) => [filename, inRange]);
    assert.deepEqual(await ranked('24h'), [
      ['new.whl', 2],
      ['old.whl', 1],
    ]);
    for (const range of ['7d', '30d'] as const)
      assert.deepEqual(await ranked(range), [
        ['old.whl', 6],
        ['new.whl', 2],
      ]);
  },

  'a group has its newest requests, and all of them page by page': async ({ queries, append }) => {
    const many = Array.from({ length: 12 }, (_, at) =>
      refused(at, { user: `u${at}`, filename: at % 4 === 0 ? 'b.whl' : 'a.whl' }),
    );
    await append([...many, refused(20, { verdict: 'allow', rule: undefined, filename: 'a.whl' })]);
    const { items } = await queries.refusals({}, { requests: 2 });
    const users = (named: readonly NamedDecision[] = []) =>
      named.map(({ decision }) => decision.user);
    assert.deepEqual(
      items.map(({ filename, requests }) => [filename, users(requests)]),
      [
        ['a.whl', ['u11', 'u10']],
        ['b.whl', ['u8', 'u4']],
      ],
    );
    const project = 'bad' as ProjectName;
    const filter = { project, filename: 'a.whl', rule: 'startup-hook', refused: true };
    const found = [];
    let cursor: string | undefined;
    do {
      const page = await queries.requests(filter, cursor, 4);
      found.push(...page.items);
      cursor = page.next;
    } while (cursor !== undefined);
    assert.deepEqual(users(found), ['u11', 'u10', 'u9', 'u7', 'u6', 'u5', 'u3', 'u2', 'u1']);
    for (const { id, decision } of found)
      assert.deepEqual((await queries.decision(id))?.decision, decision);
    assert.equal((await queries.requests({ project, filename: 'a.whl' })).items.length, 10);
  },

  'the history of a file is told as spans, with the requests of whom one may see': async ({
    queries,
    append,
  }) => {
    const filename = 'a.whl';
    await append([
      refused(0, { filename, user: 'ann' }),
      refused(1, { filename, user: 'bob' }),
      refused(2, { filename: 'other.whl' }),
      refused(3, { filename, user: 'bob', verdict: 'allow', rule: undefined, reason: undefined }),
    ]);
    const asked = { project: 'bad' as ProjectName, filename };
    const { spans, requests, newest } = await queries.history({ ...asked, whose: 'everybody' });
    assert.deepEqual(
      spans.map(({ verdict, requests: count }) => [verdict, count]),
      [
        ['allow', 1],
        ['block', 2],
      ],
    );
    assert.deepEqual(
      requests.map(({ user }) => user),
      ['bob', 'bob', 'ann'],
    );
    assert.equal(newest?.verdict, 'allow');
    const ann = await queries.history({ ...asked, whose: { user: 'ann' } });
    assert.deepEqual(
      ann.requests.map(({ user }) => user),
      ['ann'],
    );
    assert.deepEqual((await queries.history({ ...asked, whose: 'nobody' })).requests, []);
    const until = Date.parse(refused(3).time);
    const before = await queries.history({ ...asked, whose: 'nobody', until });
    assert.deepEqual(before.spans, [spans[1]]);
  },

  'a refused file is found by its short id, also where nobody knows its bytes': async ({
    queries,
    append,
  }) => {
    const digest = 'ab'.repeat(32);
    await append([
      refused(0, { filename: 'known.whl', sha256: digest }),
      refused(1, { filename: 'unknown.whl.metadata' }),
    ]);
    const names = async (id: string) =>
      (await queries.refusedFiles(id)).map(({ filename }) => filename);
    assert.deepEqual(await names(digest.slice(0, 10)), ['known.whl']);
    const id = shortIdOf({
      project: 'bad' as ProjectName,
      filename: 'unknown.whl',
      sha256: undefined,
    });
    assert.deepEqual(await names(id), ['unknown.whl']);
    assert.deepEqual(await names('0'.repeat(10)), []);
  },

  'a project is in use once five users have downloaded it, or all where there are fewer': async ({
    queries,
    append,
  }) => {
    let time = 0;
    const download = (project: string, user: number, more: Partial<DecisionRecord> = {}) => {
      time += 1;
      const at = new Date(NOW - 3_600_000 + time * 1_000).toISOString();
      return record(`10.0.1.${user}`, { time: at, project, filename: `${project}.whl`, ...more });
    };
    const names = async () => (await queries.usedProjects()).map(({ name }) => name).sort();
    await append([download('one', 1), download('one', 1), download('two', 1)]);
    assert.deepEqual(await names(), []);
    await append([download('one', 2), download('two', 2, { verdict: 'block', status: 403 })]);
    assert.deepEqual(await names(), ['one']);
    for (let user = 3; user <= 40; user += 1)
      await append([
        download('two', user),
        download('few', user % 4),
        download('sidecar', user, { filename: 'sidecar.whl.metadata' }),
        download('asked', user, { method: 'OSV' }),
        download('looked-at', user, { method: 'HEAD' }),
      ]);
    assert.deepEqual(await names(), ['two']);
    const [two] = await queries.usedProjects();
    assert.ok(Math.abs(two!.users - 39) <= 1, `${two!.users}`);
  },

  'a decision is found by its name, and by no other': async ({ queries, append }) => {
    await append([
      refused(0, { request: 'a' }),
      refused(0, { request: 'b', client: '10.0.0.2' }),
      refused(1, { verdict: 'allow' }),
    ]);
    const { items } = await queries.refusals({});
    const { id } = items[0]!;
    const found = await queries.decision(id);
    assert.deepEqual([found?.id, found?.decision.client], [id, '10.0.0.2']);
    const other = id.replace(/.{6}$/, id.endsWith('000000') ? '000001' : '000000');
    for (const wrong of [other, 'x', '']) assert.equal(await queries.decision(wrong), undefined);
  },

  "a decision's name tells nothing of who asked": async ({ queries, append }) => {
    const asker = { client: '10.9.8.7', forwarded: '10.6.5.4', user: 'eve', userAgent: 'uv/1' };
    const names = async (filename: string, ...requests: (string | undefined)[]) => {
      for (const request of requests)
        await append([
          refused(1, { filename, request }),
          refused(1, { filename, request, ...asker }),
        ]);
      const { items } = await queries.requests({ project: 'bad' as ProjectName, filename });
      assert.equal(items.length, 2 * requests.length);
      const [group] = (await queries.refusals({ text: filename })).items;
      return new Set([...items, group!].map(({ id }) => id));
    };
    const one = await names('a.whl', 'a');
    const two = await names('b.whl', 'b', 'c');
    // As older versions wrote it.
    const without = await names('c.whl', undefined);
    assert.deepEqual([one.size, two.size, without.size], [1, 2, 1]);
    assert.equal(new Set([...one, ...two, ...without]).size, 4);
  },
};
