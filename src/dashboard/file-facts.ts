import type { DistributionKind } from '../domain/distribution-filename.js';
import type { Inspection } from '../domain/finding.js';
import type { Found } from './find-file.js';

/** The known facts about a file, apart from its verdict. Unknown facts are absent. */
export interface FileFacts {
  readonly kind: DistributionKind;
  readonly upstream: string | undefined;
  /** Size in bytes. */
  readonly size: number | undefined;
  /** ISO 8601. */
  readonly uploaded: string | undefined;
  readonly requiresPython: string | undefined;
  /** PEP 592: `false`, `true`, or the reason. */
  readonly yanked: boolean | string;
  /** PEP 792 status of the project. */
  readonly status: string | undefined;
  /** Declared by the index, or verified. */
  readonly digests: Readonly<Record<string, string>>;
  readonly members: number | undefined;
  readonly inflatedBytes: number | undefined;
}

export function factsOf(
  { subject, listed }: Omit<Found, 'history'>,
  inspection: Inspection | undefined,
): FileFacts {
  const { sha256, uploadTime, yanked, status, upstream, kind } = subject;
  return {
    kind,
    upstream: upstream === '' ? undefined : upstream,
    size: subject.size ?? inspection?.size,
    uploaded: uploadTime === undefined ? undefined : new Date(uploadTime).toISOString(),
    requiresPython: listed?.file.requiresPython,
    yanked,
    status: status?.status,
    digests: { ...listed?.file.hashes, ...(sha256 !== undefined && { sha256 }) },
    members: inspection?.memberCount,
    inflatedBytes: inspection?.inflatedBytes,
  };
}
