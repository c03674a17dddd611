import assert from 'node:assert/strict';
import type { DecisionLog } from '../../../src/decisions/log.js';
import type { DecisionQuery, DecisionReader, OnEvent } from '../../../src/decisions/reader.js';
import type { DecisionRecord, QueryRecord } from '../../../src/decisions/record.js';
import type { ProjectName } from '../../../src/domain/project-name.js';
import { record } from '../../decisions/records.js';
import type { Contract, Subject } from '../../support/contract.js';

export interface DecisionsSubject extends Subject {
  readonly log: DecisionLog;
  readonly reader: DecisionReader;
  /** A log upon the same place once the first is closed: the next process's. */
  again(): DecisionLog;
}

const on = (day: number) => `2026-05-${String(day).padStart(2, '0')}T00:00:00.000Z`;
const project = (name: string) => name as ProjectName;
const [ONE, TWO] = ['12ab'.repeat(16), '12cd'.repeat(16)];

async function appended(log: DecisionLog, records: readonly DecisionRecord[]): Promise<void> {
  for (const one of records) await log.append(one);
}

async function found(reader: DecisionReader, query: DecisionQuery): Promise<DecisionRecord[]> {
  const search = await reader.search(query);
  const records: DecisionRecord[] = [];
  for await (const one of search.records()) records.push(one);
  assert.deepEqual(search.gaps, []);
  return records;
}

async function clients(reader: DecisionReader, query: DecisionQuery): Promise<string[]> {
  return (await found(reader, query)).map(({ client }) => client);
}

export const DECISIONS: Contract<DecisionsSubject> = {
  'what was appended is found whole, the oldest first': async ({ log, reader }) => {
    const records = Array.from({ length: 20 }, (_, day) =>
      record(`c${day}`, { time: on(day + 1), user: 'ü"/', sha256: ONE, page: { yanked: true } }),
    );
    await appended(log, records);
    assert.deepEqual(await found(reader, {}), records);
    const search = await reader.search({});
    for await (const _ of search.records());
    assert.equal(search.reachesBackTo, on(1));
  },

  'all that is appended at once is found once, in that order': async ({ log, reader }) => {
    const names = Array.from({ length: 100 }, (_, at) => `c${at}`);
    await Promise.all(names.map((client) => log.append(record(client))));
    assert.deepEqual(await clients(reader, {}), names);
  },

  'a search finds what matches all that is asked, and nothing else': async ({ log, reader }) => {
    await appended(log, [
      record('a', { project: 'x', version: '1.0', user: 'ci', sha256: ONE, time: on(1) }),
      record('b', { project: 'x', version: '2.0', user: 'cd', sha256: TWO, time: on(2) }),
      record('c', { project: 'x-y', version: '1.0', user: 'ci', sha256: TWO, time: on(3) }),
      record('d', { project: 'y', version: undefined, time: on(4) }),
    ]);
    const asked: readonly [DecisionQuery, string][] = [
      [{ project: project('x') }, 'ab'],
      [{ project: project('x'), versions: (version) => version === '2.0' }, 'b'],
      [{ project: project('y'), versions: () => false }, 'd'],
      [{ user: 'ci' }, 'ac'],
      [{ user: 'c' }, ''],
      [{ sha256: '12' }, 'abc'],
      [{ sha256: TWO }, 'bc'],
      [{ sha256: '12cd', project: project('x') }, 'b'],
      [{ since: Date.parse(on(2)) }, 'bcd'],
      [{ until: Date.parse(on(3)) }, 'ab'],
      [{ since: Date.parse(on(2)), until: Date.parse(on(3)), user: 'cd' }, 'b'],
      [{ project: project('z') }, ''],
    ];
    for (const [query, expected] of asked)
      assert.equal((await clients(reader, query)).join(''), expected, JSON.stringify(query));
  },

  'a project is found by its normal form, however it was written': async ({ log, reader }) => {
    await appended(log, [record('a', { project: 'Typing_.Extensions' }), record('b')]);
    assert.deepEqual(await clients(reader, { project: project('typing-extensions') }), ['a']);
  },

  'a request whose time cannot be read may be of any': async ({ log, reader }) => {
    await appended(log, [record('a', { time: 'soon' }), record('b', { time: on(1) })]);
    assert.deepEqual(await clients(reader, { since: Date.parse(on(2)) }), ['a']);
  },

  'what there was when a search began is found once, whatever comes then': async ({
    log,
    reader,
  }) => {
    const before = Array.from({ length: 10 }, (_, at) => `c${at}`);
    for (const client of before) await log.append(record(client));
    const search = await reader.search({});
    const seen: string[] = [];
    for await (const { client } of search.records()) {
      seen.push(client);
      if (seen.length < 10) await log.append(record('later'));
    }
    assert.deepEqual(
      seen.filter((client) => client !== 'later'),
      before,
    );
  },

  'what else is told in the log is no decision': async ({ log, reader }) => {
    await log.append({
      event: 'exposed',
      time: on(1),
      revision: 'r',
      rule: 'deny',
      reason: 'bad',
      project: 'bad',
      filename: 'bad-1.1-py3-none-any.whl',
      downloads: 1,
      parts: 0,
      clients: ['a'],
      first: on(1),
      last: on(1),
    });
    await log.append({
      event: 'cut',
      time: on(1),
      project: 'bad',
      filename: 'bad-1.1-py3-none-any.whl',
      bytes: 9,
    });
    await log.append(record('b'));
    assert.deepEqual(await clients(reader, { project: project('bad') }), ['b']);
  },

  'a cut is told of in its place behind its decision, to whoever asks for that': async ({
    log,
    reader,
  }) => {
    const decisions = [
      record('a', { request: '1', project: 'x', version: '1.0', user: 'ci', sha256: ONE }),
      record('b', { request: '2', project: 'y', version: '2.0', user: 'cd', sha256: TWO }),
    ];
    await appended(log, decisions);
    const others = Array.from({ length: 20 }, (_, at) => record(`c${at}`, { project: 'z' }));
    await appended(log, others);
    for (const { request, project, version, filename, user, sha256 } of decisions) {
      const time = on(6);
      const cut = {
        event: 'cut',
        time,
        request,
        project,
        version,
        filename,
        user,
        sha256,
      } as const;
      await log.append({ ...cut, bytes: 9 });
    }
    const asked: readonly [DecisionQuery, string][] = [
      [{}, 'ab12'],
      [{ project: project('x') }, 'a1'],
      [{ sha256: TWO }, 'b2'],
      [{ sha256: '12', user: 'ci' }, 'a1'],
      [{ project: project('y'), versions: (version) => version === '2.0' }, 'b2'],
      [{ project: project('y'), versions: (version) => version === '1.0' }, ''],
      [{ since: Date.parse(on(6)) }, '12'],
      [{ project: project('z'), user: 'ci' }, ''],
    ];
    for (const [query, expected] of asked) {
      const seen: string[] = [];
      const search = await reader.search(query);
      const onEvent: OnEvent = ({ request }) => seen.push(request ?? '?');
      for await (const { client } of search.records(onEvent))
        if (client === 'a' || client === 'b') seen.push(client);
      assert.equal(seen.join(''), expected, JSON.stringify(query));
    }
  },

  'a question is told by the projects that it is about, and by no others': async ({
    log,
    reader,
  }) => {
    const query: QueryRecord = {
      event: 'query',
      time: on(1),
      request: 'q',
      client: 'a',
      user: 'ci',
      method: 'OSV',
      asked: 2,
      releases: { x: ['1.0'], 'a-b': ['2.0', '3.0'] },
    };
    await log.append(query);
    await appended(log, [record('b')]);
    const asked: readonly [DecisionQuery, string][] = [
      [{ project: project('x') }, 'q'],
      [{ project: project('a-b'), versions: (version) => version === '3.0' }, 'q'],
      [{ project: project('a-b'), versions: (version) => version === '1.0' }, ''],
      [{ project: project('x'), user: 'other' }, ''],
      [{ project: project('x'), since: Date.parse(on(2)) }, ''],
      [{ project: project('x'), refused: true }, ''],
      [{ project: project('nothing') }, ''],
    ];
    for (const [question, expected] of asked) {
      const seen: string[] = [];
      const search = await reader.search(question);
      const onEvent: OnEvent = ({ event, request = '' }) => event === 'query' && seen.push(request);
      for await (const _ of search.records(onEvent));
      assert.equal(seen.join(''), expected, JSON.stringify(question));
    }
  },

  'what a client says of itself makes no record of its own, and breaks none': async ({
    log,
    reader,
  }) => {
    const hostile = `evil\r\n{"verdict":"allow","project":"fake"}\u2028\u0000"\\${'x'.repeat(9_000)}`;
    await appended(log, [record('a', { userAgent: hostile, user: hostile }), record('b')]);
    const [first, ...others] = await found(reader, {});
    assert.deepEqual([first!.client, ...others.map(({ client }) => client)], ['a', 'b']);
    assert.ok(first!.userAgent!.startsWith('evil\r\n'));
    assert.ok(first!.userAgent!.length < 1_000);
    assert.deepEqual(await clients(reader, { project: project('fake') }), []);
  },

  'a search that is broken off costs the next one nothing': async ({ log, reader }) => {
    await appended(log, [record('a'), record('b'), record('c')]);
    for await (const { client } of (await reader.search({})).records()) {
      assert.equal(client, 'a');
      break;
    }
    await (await reader.search({})).close();
    assert.deepEqual(await clients(reader, {}), ['a', 'b', 'c']);
  },

  'the next process goes on where the last one ended': async ({ log, reader, again }) => {
    await log.append(record('a'));
    await log.close();
    const next = again();
    await next.append(record('b'));
    await next.close();
    assert.deepEqual(await clients(reader, {}), ['a', 'b']);
  },
};
