import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { FileDecisionReader } from '../../src/decisions/file-reader.js';
import { LogSearch } from '../../src/decisions/log-search.js';
import { LogQueries } from '../../src/decisions/queries/log-queries.js';
import { writeRecord } from '../../src/decisions/record.js';
import { Rollups } from '../../src/decisions/rollups/rollups.js';
import type { ProjectName } from '../../src/domain/project-name.js';
import { record } from './records.js';

const START = Date.UTC(2026, 4, 5);
const project = 'bad' as ProjectName;

/** One refusal each minute, by which it is known again in `client`. */
const refusal = (minute: number, more = {}) =>
  record(`10.0.0.${minute}`, {
    time: new Date(START + minute * 60_000).toISOString(),
    verdict: 'block',
    status: 403,
    rule: 'deny',
    user: 'ann',
    ...more,
  });
const lines = (minutes: readonly number[]) =>
  minutes.map((minute) => writeRecord(refusal(minute))).join('');

describe('a search of the log from its newest back', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-back-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const queriesOf = (search: LogSearch) =>
    new LogQueries({
      search,
      keeper: {
        rollups: new Rollups(),
        progress: { kind: 'whole' },
        counted: async () => {},
      },
      now: () => START + 86_400_000,
      isSettled: () => false,
    });
  const search = (bounds = {}) => new LogSearch(new FileDecisionReader(folder), bounds);

  /** All requests, page by page. */
  async function clients(
    log: LogSearch,
    most: number,
  ): Promise<{ found: string[]; pages: number }> {
    const queries = queriesOf(log);
    const found: string[] = [];
    let pages = 0;
    let cursor: string | undefined;
    do {
      const page = await queries.requests({ project }, cursor, most);
      assert.deepEqual(page.gaps, []);
      found.push(...page.items.map(({ decision }) => decision.client));
      cursor = page.next;
      pages += 1;
    } while (cursor !== undefined && pages < 100);
    return { found, pages };
  }

  const names = (minutes: readonly number[]) => minutes.map((minute) => `10.0.0.${minute}`);

  it('finds each once, the newest first, over files of any kind', async () => {
    await writeFile(join(folder, 'decisions.jsonl.2.gz'), gzipSync(lines([0, 1, 2])));
    await writeFile(join(folder, 'decisions.jsonl.1'), lines([3, 4, 5]));
    await writeFile(join(folder, 'decisions.jsonl'), lines([6, 7]));
    const all = names([7, 6, 5, 4, 3, 2, 1, 0]);
    for (const most of [1, 3, 50])
      assert.deepEqual((await clients(search(), most)).found, all, `${most} a page`);
  });

  it('ends at its bounds, says how far it went, and goes on from there without a loss', async () => {
    await writeFile(join(folder, 'decisions.jsonl.2.gz'), gzipSync(lines([0, 1, 2])));
    await writeFile(join(folder, 'decisions.jsonl.1'), lines([3, 4, 5]));
    await writeFile(join(folder, 'decisions.jsonl'), lines([6, 7]));
    const page = await queriesOf(search({ bytes: 1 })).requests({ project });
    // With what may have been written a moment late, the next begins.
    assert.equal(page.items.length, 1);
    assert.equal(Date.parse(page.searchedBackTo!), START + 6 * 60_000 + 5_000);
    const { found, pages } = await clients(search({ bytes: 1 }), 50);
    assert.deepEqual(found, names([7, 6, 5, 4, 3, 2, 1, 0]));
    assert.ok(pages >= 3);
    const refused = await queriesOf(search({ time: 0 })).refusals({ user: 'ann' });
    assert.equal(refused.items[0]?.refused, 1);
    assert.notEqual(refused.next, undefined);
  });

  it('is bounded, and of what is asked for, whatever somebody writes as where to go on', async () => {
    await writeFile(join(folder, 'decisions.jsonl.2.gz'), gzipSync(lines([0, 1, 2])));
    await writeFile(join(folder, 'decisions.jsonl.1'), lines([3, 4, 5]));
    await writeFile(join(folder, 'decisions.jsonl'), lines([6, 7]));
    const far = '999999999999999.0.0';
    const page = await queriesOf(search({ bytes: 1 })).refusals({ user: 'ann' }, { cursor: far });
    assert.equal(Date.parse(page.searchedBackTo!), START + 6 * 60_000 + 5_000);
    assert.equal(page.items[0]?.refused, 1);
    const filter = { since: Date.parse(refusal(3).time), until: Date.parse(refusal(6).time) };
    for (const cursor of [undefined, far, '999999999999999..0'])
      assert.equal((await queriesOf(search()).refusals(filter, { cursor })).items[0]?.refused, 3);
    const requests = await queriesOf(search()).requests(
      { project, ...filter },
      '99991231T235959999Z-ffffff',
    );
    assert.equal(requests.items.length, 3);
  });

  it('holds each group on some page, also where a later page is not searched as far as the first', async () => {
    const of = (minute: number) => writeRecord(refusal(minute, { filename: `${minute}.whl` }));
    const file = (minutes: readonly number[]) => minutes.map(of).join('');
    await writeFile(join(folder, 'decisions.jsonl.1'), file([0, 1, 2]));
    await writeFile(join(folder, 'decisions.jsonl'), file([3, 4, 5, 6, 7]));
    const filter = { user: 'ann' };
    const found = new Set<string>();
    let cursor: string | undefined;
    for (let page = 0; page < 20 && (page === 0 || cursor !== undefined); page += 1) {
      // The second has time for less.
      const bounds = page === 0 ? {} : { bytes: 1 };
      const asked = { cursor, most: 3, sort: 'most' as const };
      const { items, next } = await queriesOf(search(bounds)).refusals(filter, asked);
      for (const { filename } of items) found.add(filename);
      cursor = next;
    }
    assert.equal(cursor, undefined);
    assert.deepEqual(
      [...found].sort(),
      [0, 1, 2, 3, 4, 5, 6, 7].map((minute) => `${minute}.whl`),
    );
  });

  it('refuses to go on from what no answer gave', async () => {
    const queries = queriesOf(search());
    const wrong = { kind: 'bad-request' };
    for (const cursor of ['x', '', '1.2', '-1.0.0', '99999999T999999999Z-ffffff']) {
      await assert.rejects(queries.refusals({}, { cursor }), wrong, cursor);
      await assert.rejects(queries.refusals({ user: 'ann' }, { cursor }), wrong, cursor);
      await assert.rejects(queries.requests({ project }, cursor), wrong, cursor);
    }
  });

  it('reads a file of many megabytes from its end, and only as far as it has to', async () => {
    const of = (at: number, name: string) =>
      writeRecord(
        refusal(0, {
          time: new Date(START + at * 60_000).toISOString(),
          project: name,
          client: `${at}`,
        }),
      );
    const stretch = (at: number) => of(at, 'bad') + of(at, 'other').repeat(36_000);
    const many = [0, 1, 2, 3].map(stretch).join('') + of(4, 'bad');
    assert.ok(many.length > 2 * 16 * 2 ** 20);
    await writeFile(join(folder, 'decisions.jsonl'), many);
    const first = await queriesOf(search({ bytes: 1 })).requests({ project });
    assert.ok(first.items.length < 5 && first.searchedBackTo !== undefined);
    const { found, pages } = await clients(search({ bytes: 1 }), 50);
    assert.deepEqual(found, ['4', '3', '2', '1', '0']);
    assert.ok(pages > 1);
  });

  it('loses none that were written a moment late, where one piece ends and another begins', async () => {
    const late = (second: number, client: string) =>
      writeRecord(refusal(5, { time: new Date(START + second * 1_000).toISOString(), client }));
    await writeFile(join(folder, 'decisions.jsonl.1'), late(0, 'a') + late(62, 'd'));
    await writeFile(join(folder, 'decisions.jsonl'), late(60, 'b') + late(61, 'c') + late(70, 'e'));
    for (const bytes of [1, 1e9])
      assert.deepEqual((await clients(search({ bytes }), 2)).found, ['e', 'd', 'c', 'b', 'a']);
  });

  it('tells of a group that lies in several files when it began and ended, and the newest of its requests', async () => {
    await writeFile(join(folder, 'decisions.jsonl.1'), lines([1, 2, 3]));
    await writeFile(join(folder, 'decisions.jsonl'), lines([4, 5]));
    const { items } = await queriesOf(search()).refusals({ user: 'ann' }, { requests: 3 });
    const [group] = items;
    assert.deepEqual(
      [items.length, group?.refused, group?.first, group?.last],
      [1, 5, refusal(1).time, refusal(5).time],
    );
    assert.deepEqual(
      group?.requests?.map(({ decision }) => decision.client),
      names([5, 4, 3]),
    );
  });

  it('waits for four others, and is turned away where many wait already', async () => {
    const reader = new FileDecisionReader(folder);
    let go = () => {};
    const gone = new Promise<void>((resolve) => {
      go = resolve;
    });
    let most = 0;
    let now = 0;
    const log = new LogSearch({
      searchBack: async (query) => {
        now += 1;
        most = Math.max(most, now);
        await gone;
        now -= 1;
        return reader.searchBack(query);
      },
    });
    const queries = queriesOf(log);
    const asked = Array.from({ length: 12 }, () => queries.requests({ project }));
    await assert.rejects(queries.requests({ project }), {
      kind: 'overloaded',
      retryAfter: 5_000,
    });
    go();
    assert.equal((await Promise.all(asked)).length, 12);
    assert.equal(most, 4);
    assert.equal((await queries.requests({ project })).items.length, 0);
  });
});
