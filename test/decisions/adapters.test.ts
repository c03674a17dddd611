import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { FileDecisionLog } from '../../src/decisions/file-log.js';
import { FileDecisionReader } from '../../src/decisions/file-reader.js';
import type { DecisionLog } from '../../src/decisions/log.js';
import {
  type OpenableDecisionLog,
  ResilientDecisionLog,
} from '../../src/decisions/resilient-log.js';
import { Channel } from '../../src/workers/channel.js';
import type { ToPrimary, ToWorker } from '../../src/workers/words.js';
import { WorkerDecisionLog } from '../../src/workers/worker-decisions.js';
import { linePair } from '../workers/line-pair.js';
import { type DecisionsSubject, decisionLogContract } from './contract/log.js';

/** Logs upon files in a folder of their own. */
async function inFiles(
  over: (file: FileDecisionLog) => DecisionLog,
  maxBytes = 1e6,
): Promise<DecisionsSubject> {
  const folder = await mkdtemp(join(tmpdir(), 'wheelgate-log-'));
  const file = join(folder, 'decisions.jsonl');
  const settings = { file, maxBytes, keep: 1_000, compress: false, fsync: false };
  const opened: DecisionLog[] = [];
  const again = () => {
    const log = over(new FileDecisionLog(settings));
    opened.push(log);
    return log;
  };
  return {
    log: again(),
    reader: new FileDecisionReader(file),
    again,
    close: async () => {
      await Promise.all(opened.map((log) => log.close()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A worker's side of a log that its primary writes. */
function throughLine(written: FileDecisionLog): DecisionLog {
  const [a, b] = linePair();
  const worker: ToWorker = new Channel(a);
  const primary: ToPrimary = new Channel(b);
  worker.onAsked('decision', async (record) => {
    await written.append(record);
    return undefined;
  });
  const log = new WorkerDecisionLog(primary);
  return {
    append: (record) => log.append(record),
    close: async () => {
      await log.close();
      await written.close();
    },
  };
}

const resilient = (below: OpenableDecisionLog) =>
  new ResilientDecisionLog(below, { onFailing() {}, onLost() {}, onRecovered() {} });

decisionLogContract('a decision log in a file', () => inFiles((file) => file));
decisionLogContract('a decision log in many files', () => inFiles((file) => file, 2_000));
decisionLogContract('a decision log of a worker', () => inFiles(throughLine));
decisionLogContract('a decision log that a full disk does not stop', () => inFiles(resilient));

describe('a decision log over one that fails', () => {
  it('loses none of its records: each is in the log below, or told of; and says when it is well again', async () => {
    const written: unknown[] = [];
    const lost: unknown[] = [];
    const said: string[] = [];
    let full = false;
    const write = async (record: unknown) => {
      if (full) throw new Error('no space left');
      written.push(record);
    };
    const log = new ResilientDecisionLog(
      { open: () => write('opened'), append: write, close: async () => {} },
      {
        onFailing: () => void said.push('failing'),
        onLost: (record) => void lost.push(record),
        onRecovered: () => void said.push('well'),
      },
    );
    const records = ['a', 'b', 'c', 'd'].map((filename) => ({ ...RECORD, filename }));
    await log.open();
    for (const [at, record] of records.entries()) {
      full = at === 1 || at === 2;
      await log.append(record);
    }
    assert.deepEqual(written, ['opened', records[0], records[3]]);
    assert.deepEqual(lost, records.slice(1, 3));
    assert.deepEqual(said, ['failing', 'well']);
  });
});

const RECORD = {
  time: '2026-11-01T00:00:00.000Z',
  client: '127.0.0.1',
  method: 'GET',
  status: 200,
  upstream: 'pypi',
  project: 'demo',
  filename: 'a',
  bytes: 1,
  complete: true,
  verdict: 'allow',
  revision: 'r',
} as const;
