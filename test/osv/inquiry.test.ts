import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NONE_KNOWN } from '../../src/domain/attestation.js';
import type { Inspection } from '../../src/domain/finding.js';
import { NO_NAMES } from '../../src/domain/known-names.js';
import { NO_FEED } from '../../src/domain/malware-feed.js';
import type { ProjectName } from '../../src/domain/project-name.js';
import { NO_START_PLACES } from '../../src/domain/start-partners.js';
import { Inquiry } from '../../src/osv/inquiry.js';
import { readQuestion } from '../../src/osv/question.js';
import type { ListedFile } from '../../src/project-pages/project-pages.js';
import { SuspectedProjects } from '../../src/store/suspected-projects.js';
import { Judge } from '../../src/verdicts/judge.js';
import { digest, inspection, NOW, policyOf, subject } from '../policy/support.js';

const PROJECT = 'demo' as ProjectName;

/** A project with a hook in one wheel of each release, and how often anything of it was looked at. */
function project(releases: number) {
  const work = { findings: 0, files: 0, verdicts: 0 };
  const found = Array.from({ length: releases }, (_, at): Inspection => {
    const filename = `demo-${at}.1-py3-none-any.whl`;
    return { ...inspection([hook]), filename, sha256: digest('a') };
  });
  const listed = found.map(({ filename, sha256 }, at) => {
    const about = subject({ version: `${at}.1`, filename, sha256 });
    const read = () => {
      work.files += 1;
    };
    return {
      get file() {
        read();
        return { filename };
      },
      get subject() {
        read();
        return about;
      },
    } as unknown as ListedFile;
  });
  const findings = {
    get: async () => undefined,
    put: async () => {},
    keep: async () => {},
    learn: () => {},
    known: async () => ({
      get: () => undefined,
      named: () => [],
      *all() {
        for (const one of found) {
          work.findings += 1;
          yield one;
        }
      },
    }),
  };
  const judge = new Judge(
    { current: policyOf('rules: { startup-hook: { action: block } }') },
    {
      findings,
      attestations: { known: async () => NONE_KNOWN },
      feed: () => NO_FEED,
      names: () => NO_NAMES,
      startPlaces: NO_START_PLACES,
    },
    () => NOW,
  );
  const suspected = new SuspectedProjects();
  suspected.add(PROJECT);
  const inquiry = new Inquiry({
    judge: {
      basis: judge.basis,
      accuse: (about) => judge.accuse(about),
      evaluate: (...about) => {
        work.verdicts += 1;
        return judge.evaluate(...about);
      },
    },
    findings,
    suspected,
    feed: () => NO_FEED,
    recentFiles: () => listed,
    upstreamOf: () => ({ upstream: 'pypi', publicUpstream: true }),
  });
  const ask = async (version?: string) =>
    inquiry.answer(readQuestion({ package: { name: 'demo', ecosystem: 'PyPI' }, version })!);
  return { ask, work };
}

const hook = {
  code: 'pth-executable',
  rule: 'startup-hook',
  detail: 'a.pth runs code',
  member: 'a.pth',
} as const;

describe('what a question costs of a project of which something was found', () => {
  for (const [what, questions] of [
    ['without a version', () => [undefined]],
    ['of a version that is none', () => ['latest']],
    ['of each of its releases, in one batch', (count: number) => range(count)],
  ] as const)
    it(`grows with its releases, and no faster, ${what}`, async () => {
      const costs = [];
      for (const count of [20, 200]) {
        const { ask, work } = project(count);
        const told = [];
        for (const version of questions(count)) told.push(...(await ask(version)));
        // Each release is named all the same.
        assert.equal(new Set(told.map(({ id }) => id)).size, count);
        assert.equal(work.findings, count);
        assert.ok(work.verdicts <= count + 1, `${work.verdicts} verdicts`);
        costs.push(work.files);
      }
      assert.ok(costs[1]! <= 10 * costs[0]!, `${costs.join(', then ')} looks at the page's files`);
    });
});

function range(count: number): string[] {
  return Array.from({ length: count }, (_, at) => `${at}.1`);
}
