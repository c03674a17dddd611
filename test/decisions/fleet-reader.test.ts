import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { FileDecisionReader } from '../../src/decisions/file-reader.js';
import { FleetReader, type Missing } from '../../src/decisions/fleet-reader.js';
import { LogSearch, type SearchBounds } from '../../src/decisions/log-search.js';
import { LogQueries } from '../../src/decisions/queries/log-queries.js';
import { type LogRecord, writeRecord } from '../../src/decisions/record.js';
import { Rollups } from '../../src/decisions/rollups/rollups.js';
import type { ProjectName } from '../../src/domain/project-name.js';
import { exposureBack } from '../../src/exposure/exposure-back.js';
import {
  lastSeen,
  maybeMissingBetween,
  maybeMissingSince,
  noDecisionsBefore,
  noDecisionsSince,
  REDIS_SILENT,
  REPLICA_SILENT,
  UNCONFIRMED,
} from '../../src/messages/decisions.js';
import { Random } from '../support/random.js';
import { record } from './records.js';

const START = Date.UTC(2026, 4, 5);
const project = 'bad' as ProjectName;
const timeOf = (minute: number) => new Date(START + minute * 60_000).toISOString();

/** A download, by whose minute it is known again. */
const download = (minute: number, replica: string) =>
  record(`m${minute}`, { time: timeOf(minute), replica, request: `${replica} ${minute}` });

describe('a search of what all replicas have decided', () => {
  let folder: string;
  let missing: readonly Missing[];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-fleet-'));
    missing = [];
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** Writes a log, in as many files as there are lists. */
  async function write(log: string, ...files: readonly (readonly LogRecord[])[]): Promise<void> {
    await mkdir(join(folder, log), { recursive: true });
    for (const [at, records] of files.entries()) {
      const left = files.length - 1 - at;
      const name = left === 0 ? 'decisions.jsonl' : `decisions.jsonl.${left}`;
      await writeFile(join(folder, log, name), records.map((one) => writeRecord(one)).join(''));
    }
  }

  function search(bounds: SearchBounds = {}): LogSearch {
    const reader = (log: string) => new FileDecisionReader(join(folder, log));
    const [own, heard, archive] = ['own', 'heard', 'archive'].map(reader);
    const all = { own: own!, heard: heard!, archive, missing: async () => missing };
    return new LogSearch(new FleetReader(all), bounds);
  }

  async function clients(log: LogSearch, most = 50): Promise<string[]> {
    const queries = new LogQueries({
      search: log,
      keeper: { rollups: new Rollups(), progress: { kind: 'whole' }, counted: async () => {} },
      now: () => START + 86_400_000,
      isSettled: () => false,
    });
    const found: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await queries.requests({ project }, cursor, most);
      found.push(...page.items.map(({ decision }) => decision.client));
      cursor = page.next;
    } while (cursor !== undefined);
    return found;
  }

  it('finds each once, the newest first, however they are spread over the logs', async () => {
    const random = new Random(7);
    const all = Array.from({ length: 60 }, (_, minute) => download(minute, 'abc'[minute % 3]!));
    const files = <T>(items: readonly T[]): T[][] => {
      const cut = Math.floor(random.next() * items.length);
      return [items.slice(0, cut), items.slice(cut)];
    };
    const of = (...replicas: string[]) => all.filter((one) => replicas.includes(one.replica!));
    await write('own', ...files(of('a')));
    // What was heard and what is in the archive overlap.
    await write('heard', ...files(of('b', 'c').slice(15)));
    await write('archive', ...files(of('b', 'c').slice(0, 30)));
    const expected = all.map(({ client }) => client).reverse();
    for (const most of [1, 7, 50]) assert.deepEqual(await clients(search(), most), expected);
    assert.deepEqual(await clients(search({ bytes: 1 })), expected);
  });

  it('tells whole downloads from those that were cut off at another replica', async () => {
    const cut = {
      event: 'cut',
      time: timeOf(3),
      project,
      filename: download(1, 'b').filename,
    } as const;
    const [one, two] = [download(1, 'b'), download(2, 'a')];
    await write('own', [two]);
    await write('heard', [one, { ...cut, request: one.request, replica: 'b', bytes: 4 }]);
    await write('archive', [one]);
    const { requests, gaps } = await exposureBack(search(), { project }, 10);
    const found = requests.map(({ client, delivery }) => `${client} ${delivery}`);
    assert.deepEqual(found, ['m1 part', 'm2 whole']);
    assert.deepEqual(gaps, []);
  });

  it('names the replicas of which something is missing, where that is of the time that is asked for', async () => {
    await write('own', [download(1, 'a')]);
    missing = [
      { replica: 'b', from: timeOf(10), to: undefined, why: 'silent', heard: timeOf(11) },
      { replica: 'c', from: undefined, to: timeOf(5), why: 'archive' },
      { replica: 'd', from: timeOf(20), to: timeOf(30), why: 'lost' },
      { replica: 'e', from: timeOf(35), to: undefined, why: 'late' },
      { from: timeOf(50), to: undefined, why: 'redis' },
    ];
    const gapsOf = async (span: object) =>
      (await exposureBack(search(), { project, ...span }, 10)).gaps.map((gap) => gap.split(':')[0]);
    assert.deepEqual(await gapsOf({}), ['b', 'c', 'd', 'e', 'any other replica']);
    assert.deepEqual(await gapsOf({ until: Date.parse(timeOf(6)) }), ['c']);
    assert.deepEqual(await gapsOf({ since: Date.parse(timeOf(40)) }), [
      'b',
      'e',
      'any other replica',
    ]);
    const { incomplete, gaps } = await exposureBack(search(), { project }, 10);
    assert.equal(incomplete, true);
    assert.deepEqual(gaps, [
      noDecisionsSince('b', timeOf(10), lastSeen(REPLICA_SILENT, timeOf(11))),
      noDecisionsBefore('c', timeOf(5)),
      maybeMissingBetween('d', timeOf(20), timeOf(30)),
      maybeMissingSince('e', timeOf(35), UNCONFIRMED),
      noDecisionsSince('any other replica', timeOf(50), REDIS_SILENT),
    ]);
  });
});
