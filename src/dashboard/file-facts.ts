import type { DistributionKind } from '../domain/distribution-filename.js';
import type { Inspection } from '../domain/finding.js';
import type { Found } from './find-file.js';

/** What is known of a file beside its verdict. Undefined is what nobody knows. */
export interface FileFacts {
  readonly kind: DistributionKind;
  readonly upstream: string | undefined;
  /** Bytes. */
  readonly size: number | undefined;
  /** ISO 8601. */
  readonly uploaded: string | undefined;
  readonly requiresPython: string | undefined;
  /** PEP 592: false, or true, or the reason. */
  readonly yanked: boolean | string;
  /** PEP 792: of the project. */
  readonly status: string | undefined;
  /** By the index, or checked. */
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
