import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ArtifactParts, ArtifactService } from '../../src/artifacts/artifact-service.js';
import { Failure } from '../../src/domain/failure.js';
import type { ProjectName } from '../../src/domain/project-name.js';
import type { Verdict } from '../../src/domain/verdict.js';
import type { Leases } from '../../src/fleet/leases.js';

const PROJECT = 'demo' as ProjectName;
const FILENAME = 'demo-1.0-py3-none-any.whl';
const PINNED = 'a'.repeat(64);

const ALLOWED = { outcome: 'allow', hits: [] } as unknown as Verdict;
const REFUSED = { outcome: 'block', hits: [{}] } as unknown as Verdict;

/** One file that is pinned, and that is refused once its integrity is in doubt. */
function serviceOver(leases: (doubted: () => void) => Leases) {
  let integrity: { doubt: string } | undefined;
  const asked: string[] = [];
  const upstream = {
    name: 'bare',
    unhashed: 'pin',
    reuploads: 'refuse',
    pageTimeout: 60_000,
    inspect: true,
    fetchFile: async (url: string) => {
      asked.push(url);
      throw new Failure('upstream-unreachable', 'not here');
    },
  };
  const parts = {
    leases: leases(() => {
      integrity = { doubt: 'other bytes' };
    }),
    pages: {
      find: async () => {
        const file = {
          url: 'https://files.example.com/demo',
          hashes: {},
          sha256: PINNED,
          integrity,
        };
        const subject = { project: PROJECT, filename: FILENAME, integrity };
        return { file, subject, page: {}, upstream };
      },
      invalidate: () => {},
    },
    judge: {
      judge: async ({ integrity }: { integrity: unknown }) => ({
        verdict: integrity === undefined ? ALLOWED : REFUSED,
      }),
    },
    blobs: { open: async () => undefined, localCopy: async () => undefined },
    spool: { create: async () => ({ discard: async () => {} }) },
    attestations: { lookUp: async () => ({}) },
    onEvent: () => {},
  };
  const { pages } = parts as unknown as ArtifactParts;
  return { service: new ArtifactService(parts as unknown as ArtifactParts), pages, asked };
}

/** Somebody else had the lease until just now. */
function afterAnother(found: () => void): Leases {
  const ours = { kind: 'ours', tell: () => {}, release: () => {}, abandon: () => {} } as const;
  return {
    take: async () => {
      found();
      return ours;
    },
  };
}

async function endOf({
  service,
  pages,
}: Pick<ReturnType<typeof serviceOver>, 'service' | 'pages'>) {
  const answer = await service.open(await pages.find(PROJECT, FILENAME));
  assert.equal(answer.kind, 'filling');
  return answer.kind === 'filling' ? answer.fill.ended : undefined;
}

describe('an artifact that another process was fetching until just now', () => {
  it('is not fetched again where other bytes than the pinned ones were found', async () => {
    const another = serviceOver((doubted) => afterAnother(doubted));
    assert.equal((await endOf(another))?.kind, 'refused');
    assert.deepEqual(another.asked, []);
  });

  it('is fetched where nothing was found', async () => {
    const another = serviceOver(() => afterAnother(() => {}));
    assert.equal((await endOf(another))?.kind, 'failed');
    assert.equal(another.asked.length, 1);
  });
});
