import type { ArtifactService } from '../../../src/artifacts/artifact-service.js';
import type { Fill } from '../../../src/artifacts/fill.js';
import type { Sidecar } from '../../../src/artifacts/sidecar-service.js';
import type { Sha256 } from '../../../src/domain/digest.js';
import { NO_PAGE } from '../../../src/domain/page-facts.js';
import type { ProjectName } from '../../../src/domain/project-name.js';
import type { Subject } from '../../../src/domain/subject.js';
import type { Verdict } from '../../../src/domain/verdict.js';
import type { ListedFile } from '../../../src/project-pages/project-pages.js';
import type { Blob } from '../../../src/store/blob-store.js';
import type { GrowingBytes } from '../../../src/store/bytes.js';

type Opened = Awaited<ReturnType<ArtifactService['open']>>;

export const FILENAME = 'demo-1.0-py3-none-any.whl';
export const SHA256 = 'ab'.repeat(32) as Sha256;
export const ETAG = `"${SHA256}"`;

export const ALLOWED: Verdict = {
  outcome: 'allow',
  decisive: undefined,
  hits: [],
  revision: 'stub',
  validUntil: Number.POSITIVE_INFINITY,
};
const hit = { rule: 'deny', action: 'block', reason: 'it is bad', index: 'yank' } as const;
export const REFUSED: Verdict = { ...ALLOWED, outcome: 'block', decisive: hit, hits: [hit] };

const subject: Subject = {
  ...NO_PAGE,
  upstream: 'stub',
  publicUpstream: true,
  project: 'demo' as ProjectName,
  version: '1.0',
  filename: FILENAME,
  kind: 'wheel',
  sha256: SHA256,
  size: undefined,
};
/** Of a listed file the routes read the subject alone. */
export const listed = { subject } as unknown as ListedFile;

export const refused: Opened = { kind: 'refused', listed, verdict: REFUSED };

export const stored = (blob: Blob): Opened => ({ kind: 'stored', listed, verdict: ALLOWED, blob });

export const filling = (fill: Fill): Opened => ({ kind: 'filling', listed, fill });

export const sidecar = (bytes: Uint8Array): Sidecar => ({
  kind: 'ready',
  listed,
  verdict: ALLOWED,
  sha256: SHA256,
  bytes,
});

export const refusedSidecar: Sidecar = { kind: 'refused', listed, verdict: REFUSED };

/** Bytes that are not in memory, and how far they were read. */
export function storedBlob(bytes: Buffer): Blob & { readonly reached: number; closed: boolean } {
  let reached = 0;
  return {
    size: bytes.length,
    bytes: undefined,
    closed: false,
    get reached() {
      return reached;
    },
    read: async (into, start) => {
      const count = bytes.copy(into, 0, start);
      reached = Math.max(reached, start + count);
      return count;
    },
    async close() {
      this.closed = true;
    },
  };
}

/** Bytes as a fill has them. */
export function spooled(bytes: Buffer): GrowingBytes {
  const read = async (into: Buffer, start: number) => bytes.copy(into, 0, start);
  return {
    place: { kind: 'file', path: '/nowhere' },
    open: async () => ({ read, close: async () => {} }),
  };
}
