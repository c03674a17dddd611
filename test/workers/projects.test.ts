import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Sha256 } from '../../src/domain/digest.js';
import type { ProjectName } from '../../src/domain/project-name.js';
import type { MeetingAsked, SharedProjects } from '../../src/fleet/shared-projects.js';
import { Channel } from '../../src/workers/channel.js';
import { answerProjects } from '../../src/workers/primary-projects.js';
import { WorkerProjects } from '../../src/workers/worker-projects.js';
import { linePair } from './line-pair.js';

const DEMO = 'demo' as ProjectName;
const SEEN = { filename: 'demo.whl', sha256: 'a'.repeat(64) as Sha256, hashes: {} };
const ASKED: MeetingAsked = {
  project: DEMO,
  facts: true,
  had: [{ upstream: 'pypi', checkedAt: 5, etag: '"e"' }],
  freshFrom: 7,
};
const ANSWER = {
  facts: [{ kind: 'bytes', what: 'pins', upstream: 'pypi', project: DEMO, seen: SEEN }],
  isWhole: true,
  pages: [{ upstream: 'pypi', checkedAt: 9, packed: Buffer.from('a page') }],
  same: ['pypi'],
  turn: 'a turn',
} as const;

/** A worker whose primary answers by these. */
function worker(projects: Partial<SharedProjects>) {
  const [a, b] = linePair();
  const atPrimary = new Channel<never, never>(a);
  answerProjects(atPrimary as never, projects as SharedProjects);
  const atWorker = new Channel<never, never>(b);
  return { shared: new WorkerProjects(atWorker as never), dies: () => atWorker.close() };
}

const arrived = async () => {
  for (let turn = 0; turn < 4; turn += 1) await new Promise((done) => setImmediate(done));
};

describe('what a worker asks of other replicas', () => {
  it('is answered by its primary, facts and pages alike', async () => {
    const asked: unknown[] = [];
    const { shared } = worker({
      meet: async (question) => {
        asked.push(question);
        return ANSWER;
      },
      pin: async (...question) => {
        asked.push(question);
        return { ...SEEN, declared: true };
      },
    });
    const answer = await shared.meet(ASKED);
    assert.deepEqual({ ...answer, pages: [] }, { ...ANSWER, pages: [] });
    assert.equal(Buffer.from(answer!.pages[0]!.packed!).toString(), 'a page');
    assert.deepEqual(await shared.pin('pypi', DEMO, SEEN), { ...SEEN, declared: true });
    assert.deepEqual(asked, [ASKED, ['pypi', DEMO, SEEN]]);
  });

  it('reaches them: what came of a turn, that a page is gone, what is given back', async () => {
    const told: unknown[] = [];
    const { shared } = worker({
      end: (...all) => told.push(['end', ...all]),
      gone: (...all) => told.push(['gone', ...all]),
      giveBack: (...all) => told.push(['give back', ...all]),
    });
    shared.end(DEMO, 'a turn', undefined);
    shared.gone(DEMO, 'pypi');
    shared.giveBack(ANSWER.facts);
    await arrived();
    assert.deepEqual(told, [
      ['end', DEMO, 'a turn', undefined],
      ['gone', DEMO, 'pypi'],
      ['give back', ANSWER.facts],
    ]);
  });

  it('goes without an answer where the primary has none, or is gone', async () => {
    const { shared, dies } = worker({
      meet: async () => undefined,
      pin: () => Promise.reject(new Error('it is broken')),
    });
    assert.equal(await shared.meet(ASKED), undefined);
    assert.equal(await shared.pin('pypi', DEMO, SEEN), undefined);
    dies();
    assert.equal(await shared.meet(ASKED), undefined);
    assert.equal(await shared.pin('pypi', DEMO, SEEN), undefined);
  });
});
