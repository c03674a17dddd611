import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ProjectName } from '../../src/domain/project-name.js';
import type { Meeting } from '../../src/fleet/meetings.js';
import { OthersPages } from '../../src/project-pages/others-pages.js';
import type { Upstream } from '../../src/upstream/upstream.js';

const UPSTREAM = { name: 'pypi' } as Upstream;
const MEETING = { pages: [] as const, end: () => {} } as unknown as Meeting;

describe('pages that others may have', () => {
  it('are asked for by many at once, and in memory for a bounded number of them', async () => {
    let under = 0;
    let most = 0;
    const others = new OthersPages({
      meetings: {
        isNeeded: () => true,
        begin: async () => {
          under += 1;
          most = Math.max(most, under);
          await new Promise((done) => setImmediate(done));
          under -= 1;
          return MEETING;
        },
      },
      getter: undefined as never,
      reader: undefined as never,
      ttl: 1_000,
      now: () => 0,
    });
    const projects = Array.from({ length: 500 }, (_, number) => `demo-${number}` as ProjectName);
    const all = projects.map((project) => others.meet(project, [UPSTREAM], new Map()));
    const answers = await Promise.all(all);
    assert.ok(answers.every((answer) => answer?.meeting === MEETING));
    // One more than fits may always go on.
    assert.ok(most > 32 && most <= 65, `${most}`);
  });
});
