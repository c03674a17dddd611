import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { NONE_KNOWN } from '../../src/domain/attestation.js';
import { NO_NAMES } from '../../src/domain/known-names.js';
import { NO_FEED } from '../../src/domain/malware-feed.js';
import type { ProjectName } from '../../src/domain/project-name.js';
import { NO_START_PLACES } from '../../src/domain/start-partners.js';
import type { Verdict } from '../../src/domain/verdict.js';
import { yankedText } from '../../src/messages/refusals.js';
import type { Policy, PolicySource } from '../../src/policy/policy.js';
import { NO_SIGHTS } from '../../src/project-pages/first-sights.js';
import { PageLoader } from '../../src/project-pages/page-loader.js';
import { ProjectPagesService } from '../../src/project-pages/project-pages-service.js';
import { MemoryBudget } from '../../src/runtime/memory-budget.js';
import type { Upstream } from '../../src/upstream/upstream.js';
import { Judge } from '../../src/verdicts/judge.js';

const PROJECT = 'demo' as ProjectName;
const FILES = 3_000;

/** A policy that refuses everything, in its own name. */
function refusing(revision: string, onEvaluate: () => void = () => {}): Policy {
  const decisive = { rule: 'deny', action: 'block', reason: revision, index: 'yank' } as const;
  const verdict: Verdict = {
    outcome: 'block',
    decisive,
    hits: [decisive],
    revision,
    validUntil: Infinity,
  };
  return {
    revision,
    heedsFeedAge: false,
    heedsFixes: false,
    waiverMax: 0,
    evaluate: () => {
      onEvaluate();
      return verdict;
    },
    accuse: () => verdict,
    ofRelease: () => ({ hit: undefined, validUntil: Infinity }),
    unknownAttestations: () => [],
  };
}

class Policies implements PolicySource {
  current = refusing('first');
  onChange(): void {}
}

/** @param again what the index answers from the second time on */
function serviceOver(
  policies: PolicySource,
  { now = () => 0, again }: { now?: () => number; again?: () => Promise<unknown> } = {},
) {
  let fetched = 0;
  const files = Array.from({ length: FILES }, (_, index) => ({
    filename: `demo-${index}.0-py3-none-any.whl`,
    url: `../../files/demo-${index}.0-py3-none-any.whl`,
    hashes: { sha256: 'a'.repeat(64) },
  }));
  const body = Buffer.from(JSON.stringify({ meta: { 'api-version': '1.1' }, files }));
  const upstream = {
    name: 'pypi',
    isPublic: true,
    unhashed: 'refuse',
    reuploads: 'refuse',
    pageTimeout: 60_000,
    claims: () => false,
    fetchPage: async () => {
      fetched += 1;
      if (fetched > 1 && again !== undefined) return again();
      const contentType = 'application/vnd.pypi.simple.v1+json';
      const url = 'https://pypi.example.com/simple/demo/';
      return { kind: 'page', body, contentType, url, etag: undefined, lastModified: undefined };
    },
  } as unknown as Upstream;
  const store = {
    get: async () => undefined,
    packed: async () => undefined,
    put: async () => {},
    delete: async () => {},
  };
  const budget = new MemoryBudget(2 ** 23);
  const loader = new PageLoader({
    upstreams: [upstream],
    store,
    knownBytes: {
      of: async () => ({ facts: new Map(), pins: new Map() }),
      now: (_upstream, _page, seen) => seen,
    },
    sights: { note: async () => NO_SIGHTS, confirm: () => {} },
    ttl: 1_000,
    memoryBytes: 2 ** 24,
    budget,
    now,
    onEvent: () => {},
  });
  const findings = {
    get: async () => undefined,
    known: async () => ({ get: () => undefined, named: () => [], all: () => [] }),
    put: async () => {},
    keep: async () => {},
    learn: () => {},
  };
  const attestations = { known: async () => NONE_KNOWN };
  const judge = new Judge(
    policies,
    {
      findings,
      attestations,
      feed: () => NO_FEED,
      names: () => NO_NAMES,
      startPlaces: NO_START_PLACES,
    },
    now,
  );
  const service = new ProjectPagesService(loader, judge, now, budget);
  return { service, loader, fetches: () => fetched };
}

async function reasons(service: ProjectPagesService): Promise<Set<string>> {
  const { body } = await service.render(PROJECT, 'json', 'identity');
  const page = JSON.parse(Buffer.from(body).toString()) as { files: { yanked: string | false }[] };
  assert.equal(page.files.length, FILES);
  // The newest release is what is left to choose where all are refused.
  const yanked = page.files.map((file) => file.yanked).filter((reason) => reason !== false);
  assert.equal(yanked.length, FILES - 1);
  return new Set(yanked);
}

describe('project pages under a policy that changes', () => {
  it('are judged by one policy as a whole, and by the next one when asked for again', async () => {
    const policies = new Policies();
    let evaluated = 0;
    policies.current = refusing('first', () => {
      evaluated += 1;
      if (evaluated === FILES / 2) policies.current = refusing('second');
    });
    const { service } = serviceOver(policies);
    assert.deepEqual(await reasons(service), new Set([yankedText('first')]));
    assert.equal(service.ready(PROJECT, 'json', 'identity'), undefined);
    assert.deepEqual(await reasons(service), new Set([yankedText('second')]));
    assert.notEqual(service.ready(PROJECT, 'json', 'identity'), undefined);
  });

  it('are loaded and judged once for everybody who waits, and alike', async () => {
    const policies = new Policies();
    let evaluated = 0;
    policies.current = refusing('first', () => {
      evaluated += 1;
    });
    const { service, fetches } = serviceOver(policies);
    const all = await Promise.all([reasons(service), reasons(service), reasons(service)]);
    assert.deepEqual(all, Array(3).fill(new Set([yankedText('first')])));
    assert.equal(evaluated, FILES);
    assert.equal(fetches(), 1);
    policies.current = refusing('second');
    assert.deepEqual(await reasons(service), new Set([yankedText('second')]));
    assert.equal(fetches(), 1);
  });

  it('are judged again for a finding that was learnt while the page was checked, and had left the memory', async () => {
    const policies = new Policies();
    let evaluated = 0;
    policies.current = refusing('first', () => {
      evaluated += 1;
    });
    let time = 0;
    const asked = withResolvers();
    const answer = withResolvers();
    const again = async () => {
      asked.resolve();
      await answer.promise;
      return { kind: 'unchanged' };
    };
    const { service, loader } = serviceOver(policies, { now: () => time, again });
    await reasons(service);
    time = 10_000;
    const rendered = reasons(service);
    await asked.promise;
    loader.forget(PROJECT, 20_000);
    service.invalidate(PROJECT);
    answer.resolve();
    await rendered;
    assert.equal(evaluated, 2 * FILES);
  });
});

function withResolvers() {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
