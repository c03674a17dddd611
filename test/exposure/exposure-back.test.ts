import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { FileDecisionLog } from '../../src/decisions/file-log.js';
import { FileDecisionReader } from '../../src/decisions/file-reader.js';
import { LogSearch } from '../../src/decisions/log-search.js';
import type { CutRecord, DecisionRecord } from '../../src/decisions/record.js';
import type { ProjectName } from '../../src/domain/project-name.js';
import { type ExposureQuestion, findExposure } from '../../src/exposure/exposure.js';
import { type ExposurePart, exposureBack } from '../../src/exposure/exposure-back.js';

const BAD = 'bad' as ProjectName;
const START = Date.UTC(2026, 0, 1);
/** Between two requests, in milliseconds: more than records may be out of order by. */
const STEP = 20_000;
const REQUESTS = 120;

/** The n-th request, and the cut that follows it where its client was gone before the last byte. */
function request(n: number): (DecisionRecord | CutRecord)[] {
  const time = new Date(START + n * STEP).toISOString();
  const about = {
    project: 'bad',
    version: '1.0',
    filename: 'bad-1.0.tar.gz',
    sha256: 'a'.repeat(64),
  };
  // A client may choose the id of its request: some are the same.
  const id = { time, request: `id-${n % 50}`, ...about };
  const decision: DecisionRecord = {
    ...id,
    client: `10.0.0.${n % 9}`,
    method: 'GET',
    status: n % 5 === 0 ? 304 : 200,
    upstream: 'fake',
    bytes: n % 5 === 0 ? 0 : 1_000,
    size: 1_000,
    complete: true,
    verdict: n % 11 === 0 ? 'block' : 'allow',
    revision: 'r',
  };
  return n % 7 === 0 ? [decision, { event: 'cut', bytes: 999, ...id }] : [decision];
}

describe('exposure, searched from the newest back', () => {
  let folder: string;
  let reader: FileDecisionReader;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wheelgate-exposure-'));
    const file = join(folder, 'decisions.jsonl');
    let now = START;
    const log = new FileDecisionLog(
      { file, maxBytes: 4_000, keep: 100, fsync: false, compress: false },
      () => now,
    );
    for (let n = 0; n < REQUESTS; n += 1) {
      now = START + n * STEP;
      for (const record of request(n)) await log.append(record);
    }
    await log.close();
    reader = new FileDecisionReader(file);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** All parts of an answer, one after the other. */
  async function partsOf(
    question: ExposureQuestion,
    bounds: { bytes: number; time: number } | undefined,
    most: number,
  ): Promise<ExposurePart[]> {
    const parts: ExposurePart[] = [];
    for (let until: number | undefined; ; ) {
      const part = await exposureBack(new LogSearch(reader, bounds), { ...question, until }, most);
      parts.push(part);
      if (part.searchedBackTo === undefined) return parts;
      assert.ok(until === undefined || Date.parse(part.searchedBackTo) < until, 'it stands still');
      until = Date.parse(part.searchedBackTo);
    }
  }

  for (const [how, bounds, most] of [
    ['in one part', undefined, 1_000],
    ['in parts, where each reads a little', { bytes: 1, time: 1e6 }, 1_000],
    ['in parts, where each tells of a few requests', undefined, 13],
  ] as const)
    for (const question of [
      { project: BAD },
      { project: BAD, refused: true, since: START + 31 * STEP },
    ])
      it(`says ${how} what a search of the whole log says, ${JSON.stringify(question)}`, async () => {
        const parts = await partsOf(question, bounds, most);
        assert.equal(parts.length > 1, how !== 'in one part');
        const whole = await findExposure(reader, question);
        assert.ok(whole.requests.some(({ delivery }) => delivery === 'part'));
        assert.deepEqual(
          parts.toReversed().flatMap(({ requests }) => requests),
          whole.requests,
        );
        assert.deepEqual(new Set(parts.flatMap(({ clients }) => clients)), new Set(whole.clients));
        for (const { reachesBackTo, gaps } of parts)
          assert.deepEqual([reachesBackTo, gaps], [whole.reachesBackTo, []]);
      });
});
