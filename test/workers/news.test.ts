import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ProjectName } from '../../src/domain/project-name.js';
import { ALONE } from '../../src/fleet/alone.js';
import type { Learnt, News } from '../../src/fleet/news.js';
import { Channel } from '../../src/workers/channel.js';
import type { Member } from '../../src/workers/members.js';
import { PrimaryNews } from '../../src/workers/primary-news.js';
import { WorkerNews } from '../../src/workers/worker-news.js';
import { linePair } from './line-pair.js';

/** A machine with so many workers, under somebody. */
function machine(workers: number, above: News = ALONE.news) {
  const members: Member[] = [];
  const primary = new PrimaryNews(above, () => members);
  const own = Array.from({ length: workers }, (_, index) => {
    const [a, b] = linePair();
    const member = { id: index + 1, number: index + 1, channel: new Channel(a) } as Member;
    members.push(member);
    primary.attend(member);
    return new WorkerNews(new Channel(b));
  });
  return { primary, workers: own };
}

/** The projects that each of them hears of. */
function listen(all: readonly News[]): string[][] {
  return all.map((news) => {
    const heard: string[] = [];
    news.onTold((learnt) => heard.push(learnt.kind === 'missed' ? '' : learnt.project));
    return heard;
  });
}

const page = (project: string): Learnt => ({ kind: 'page', project: project as ProjectName });

const arrived = async () => {
  for (let turn = 0; turn < 12; turn += 1) await new Promise((done) => setImmediate(done));
};

describe('news', () => {
  it('of a worker reach the primary and the other workers, and not itself', async () => {
    const { primary, workers } = machine(3);
    const heard = listen([primary, ...workers]);
    workers[1]!.tell(page('demo'));
    await arrived();
    assert.deepEqual(heard, [['demo'], ['demo'], [], ['demo']]);
  });

  it('of a worker reach those of other machines, and each but once', async () => {
    const top = machine(2);
    const [here, there] = top.workers.map((above) => machine(2, above));
    const all = [top.primary, here!.primary, there!.primary, ...here!.workers, ...there!.workers];
    const heard = listen(all);
    here!.workers[0]!.tell(page('demo'));
    there!.primary.tell(page('other'));
    await arrived();
    assert.deepEqual(
      heard.map((projects) => projects.sort()),
      [
        ['demo', 'other'],
        ['demo', 'other'],
        ['demo'],
        ['other'],
        ['demo', 'other'],
        ['demo', 'other'],
        ['demo', 'other'],
      ],
    );
  });

  it('are told to all who listen in one process', async () => {
    const { workers } = machine(2);
    const heard = listen([workers[0]!, workers[0]!]);
    workers[1]!.tell(page('demo'));
    await arrived();
    assert.deepEqual(heard, [['demo'], ['demo']]);
  });
});
