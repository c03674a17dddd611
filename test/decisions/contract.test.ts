import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileDecisionLog } from '../../src/decisions/file-log.js';
import { FileDecisionReader } from '../../src/decisions/file-reader.js';
import type { DecisionLog } from '../../src/decisions/log.js';
import { ResilientDecisionLog } from '../../src/decisions/resilient-log.js';
import { tendFile } from '../../src/decisions/tend-file.js';
import { createMetrics } from '../../src/observe/metrics.js';
import { createLog } from '../../src/runtime/log.js';
import { Channel } from '../../src/workers/channel.js';
import type { ToPrimary, ToWorker } from '../../src/workers/words.js';
import { createWorkerDecisions } from '../../src/workers/worker-decisions.js';
import { DECISIONS, type DecisionsSubject } from '../store/contract/decisions.js';
import { keeps } from '../support/contract.js';
import { linePair } from '../workers/line-pair.js';

/** A log in a folder, as somebody sees it. @param maxBytes at which it is put aside */
const inFolder =
  (maxBytes: number, seen: (log: FileDecisionLog) => DecisionLog = (log) => log) =>
  async (): Promise<DecisionsSubject> => {
    const folder = await mkdtemp(join(tmpdir(), 'wheelgate-decisions-'));
    const file = join(folder, 'decisions.jsonl');
    const settings = { file, maxBytes, keep: 1_000, compress: true, fsync: false };
    const opened: FileDecisionLog[] = [];
    const again = () => {
      const log = new FileDecisionLog(settings, Date.now, { tend: tendFile });
      opened.push(log);
      return seen(log);
    };
    return {
      log: again(),
      reader: new FileDecisionReader(file),
      again,
      close: async () => {
        await Promise.all(opened.map((log) => log.close()));
        await rm(folder, { recursive: true });
      },
    };
  };

const NOBODY = { onFailing: () => {}, onLost: () => {}, onRecovered: () => {} };

/** As a worker has it, which asks the process that writes. */
function fromWorker(log: FileDecisionLog): DecisionLog {
  const [a, b] = linePair();
  const worker: ToWorker = new Channel(a);
  worker.onAsked('decision', async (record) => {
    await log.append(record);
    return undefined;
  });
  const primary: ToPrimary = new Channel(b);
  const asked = createWorkerDecisions(primary, {
    log: createLog('silent'),
    metrics: createMetrics(),
  });
  // The process that writes ends with its workers.
  const close = async () => {
    await asked.close();
    await log.close();
  };
  return { append: (record) => asked.append(record), close };
}

keeps('a log in one file', DECISIONS, inFolder(1e6));
keeps('a log in many files, compressed and indexed', DECISIONS, inFolder(1_000));
keeps(
  'a log that a full disk does not stop',
  DECISIONS,
  inFolder(1e6, (log) => new ResilientDecisionLog(log, NOBODY)),
);
keeps("a worker's log", DECISIONS, inFolder(1e6, fromWorker));
