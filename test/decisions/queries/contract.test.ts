import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileDecisionReader } from '../../../src/decisions/file-reader.js';
import { LogSearch } from '../../../src/decisions/log-search.js';
import type { DecisionQueries } from '../../../src/decisions/queries/decision-queries.js';
import { LogQueries } from '../../../src/decisions/queries/log-queries.js';
import { Channel } from '../../../src/workers/channel.js';
import { answerQueries } from '../../../src/workers/primary-queries.js';
import type { ToPrimary, ToWorker } from '../../../src/workers/words.js';
import { createWorkerQueries } from '../../../src/workers/worker-queries.js';
import { keeps } from '../../support/contract.js';
import { linePair } from '../../workers/line-pair.js';
import { keptLog } from '../rollups/support.js';
import { NOW, QUERIES, type QueriesSubject } from './contract.js';

/** Those of a log in a folder, as somebody sees them. @param maxBytes at which it is put aside */
const ofLog =
  (maxBytes: number, seen: (queries: DecisionQueries) => DecisionQueries = (queries) => queries) =>
  async (): Promise<QueriesSubject> => {
    const folder = await mkdtemp(join(tmpdir(), 'wheelgate-queries-'));
    const file = join(folder, 'decisions.jsonl');
    const { log, keeper, stop } = await keptLog(file, maxBytes);
    await keeper.counted();
    const search = new LogSearch(new FileDecisionReader(file));
    const queries = new LogQueries({ search, keeper, now: () => NOW, isSettled: () => false });
    return {
      queries: seen(queries),
      append: async (records) => {
        for (const one of records) await log.append(one);
      },
      close: async () => {
        await stop();
        await rm(folder, { recursive: true });
      },
    };
  };

/** As a worker asks them of the process that keeps the log. */
function fromWorker(queries: DecisionQueries): DecisionQueries {
  const [a, b] = linePair();
  const worker: ToWorker = new Channel(a);
  answerQueries(worker, queries);
  const primary: ToPrimary = new Channel(b);
  return createWorkerQueries(primary);
}

keeps('questions to a log in one file', QUERIES, ofLog(1e6));
keeps('questions to a log in many files', QUERIES, ofLog(1_500));
keeps("a worker's questions", QUERIES, ofLog(1e6, fromWorker));
