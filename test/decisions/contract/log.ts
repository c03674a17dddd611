import assert from 'node:assert/strict';
import type { DecisionLog } from '../../../src/decisions/log.js';
import type { DecisionQuery, DecisionReader } from '../../../src/decisions/reader.js';
import type { DecisionRecord, ExposedRecord } from '../../../src/decisions/record.js';
import type { ProjectName } from '../../../src/domain/project-name.js';
import { type Contract, keeps, type Subject } from '../../support/contract.js';

export interface DecisionsSubject extends Subject {
  readonly log: DecisionLog;
  readonly reader: DecisionReader;
  /** A log upon the same place once the first is closed: the next process's. */
  again(): DecisionLog;
}

const DAY = 86_400_000;
const START = Date.UTC(2026, 10, 1);

function decision(number: number, more: Partial<DecisionRecord> = {}): DecisionRecord {
  return {
    time: new Date(START + number * DAY).toISOString(),
    client: '127.0.0.1',
    method: 'GET',
    status: 200,
    upstream: 'pypi',
    project: 'demo',
    version: `${number}.0`,
    filename: `demo-${number}.0.tar.gz`,
    sha256: number.toString(16).padStart(64, '0'),
    bytes: 1,
    complete: true,
    verdict: 'allow',
    revision: 'r',
    ...more,
  };
}

const EXPOSED: ExposedRecord = {
  event: 'exposed',
  time: new Date(START).toISOString(),
  revision: 'r',
  rule: 'deny',
  reason: 'x',
  project: 'demo',
  filename: 'demo-1.0.tar.gz',
  downloads: 1,
  clients: ['127.0.0.1'],
  first: new Date(START).toISOString(),
  last: new Date(START).toISOString(),
};

async function found(
  { reader }: DecisionsSubject,
  query: DecisionQuery = {},
): Promise<DecisionRecord[]> {
  const search = await reader.search(query);
  const records: DecisionRecord[] = [];
  for await (const record of search.records()) records.push(record);
  assert.deepEqual(search.gaps, []);
  return records;
}

const names = (records: readonly DecisionRecord[]) => records.map(({ filename }) => filename);

export const DECISIONS: Contract<DecisionsSubject> = {
  'a record is found, whole, once it is acknowledged': async (subject) => {
    assert.deepEqual(await found(subject), []);
    const given = decision(1, {
      user: 'ci',
      userAgent: 'pip/26.3',
      rule: 'cooldown',
      reason: 'too "new"',
      page: { uploaded: '2026-10-31T00:00:00Z', hasWheel: true },
    });
    await subject.log.append(given);
    assert.deepEqual(await found(subject), [given]);
  },

  'records are found in the order of their appending, however many come at once': async (
    subject,
  ) => {
    const given = Array.from({ length: 200 }, (_, number) => decision(number));
    await Promise.all(given.map((record) => subject.log.append(record)));
    assert.deepEqual(names(await found(subject)), names(given));
  },

  'what a client says of itself makes no record of its own, and breaks none': async (subject) => {
    const hostile = `evil\r\n{"verdict":"allow","project":"fake"}\u2028\u0000"\\${'x'.repeat(9_000)}`;
    await subject.log.append(decision(1, { userAgent: hostile, user: hostile }));
    await subject.log.append(decision(2));
    const records = await found(subject);
    assert.deepEqual(names(records), ['demo-1.0.tar.gz', 'demo-2.0.tar.gz']);
    assert.ok(records[0]!.userAgent!.startsWith('evil\r\n'));
    assert.ok(records[0]!.userAgent!.length < 1_000);
    assert.deepEqual(await found(subject, { project: 'fake' as ProjectName }), []);
  },

  'what is told of in the same log is no decision': async (subject) => {
    await subject.log.append(EXPOSED);
    await subject.log.append(decision(1));
    await subject.log.append(EXPOSED);
    assert.deepEqual(await found(subject), [decision(1)]);
  },

  'a question is answered by the records that match, and by all of these': async (subject) => {
    for (let number = 0; number < 10; number += 1)
      await subject.log.append(
        decision(number, {
          project: number % 2 === 0 ? 'Even.Name' : 'odd',
          user: number < 5 ? 'ci' : undefined,
        }),
      );
    const numbers = async (query: DecisionQuery) =>
      (await found(subject, query)).map(({ version }) => Number.parseInt(version!, 10));
    assert.deepEqual(await numbers({ project: 'even-name' as ProjectName }), [0, 2, 4, 6, 8]);
    assert.deepEqual(await numbers({ user: 'ci' }), [0, 1, 2, 3, 4]);
    assert.deepEqual(await numbers({ since: START + 7 * DAY }), [7, 8, 9]);
    assert.deepEqual(await numbers({ until: START + 2 * DAY }), [0, 1]);
    assert.deepEqual(await numbers({ versions: (version) => version > '7' }), [7, 8, 9]);
    assert.deepEqual(await numbers({ sha256: '7'.padStart(64, '0') }), [7]);
    assert.deepEqual(await numbers({ user: 'ci', project: 'odd' as ProjectName }), [1, 3]);
    assert.deepEqual(await numbers({ project: 'absent' as ProjectName }), []);
  },

  'a search that is broken off costs the next one nothing': async (subject) => {
    for (let number = 0; number < 3; number += 1) await subject.log.append(decision(number));
    for await (const record of (await subject.reader.search({})).records()) {
      assert.equal(record.filename, 'demo-0.0.tar.gz');
      break;
    }
    await (await subject.reader.search({})).close();
    assert.equal((await found(subject)).length, 3);
  },

  'the next process goes on where the last one ended': async (subject) => {
    await subject.log.append(decision(1));
    await subject.log.close();
    const next = subject.again();
    await next.append(decision(2));
    await next.close();
    assert.deepEqual(await found(subject), [decision(1), decision(2)]);
  },
};

export function decisionLogContract(
  name: string,
  make: () => DecisionsSubject | Promise<DecisionsSubject>,
): void {
  keeps(name, DECISIONS, make);
}
