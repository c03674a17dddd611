import type { Sha256 } from './digest.js';
import type { DistributionKind } from './distribution-filename.js';
import type { PublisherId } from './publisher.js';

/** The identity that signed a file, according to a verified attestation. */
export interface Signing {
  readonly publisher: PublisherId;
  /** As written in the certificate. Absent for a service account. */
  readonly repository?: string;
  /** Workflow file, as named by the forge. */
  readonly workflow?: string;
  /** Milliseconds since 1970: the transparency log's entry time. Absent if the log has no time. */
  readonly loggedAt?: number;
}

/** The result of verifying a file's provenance document (PEP 740). */
export type Attestation =
  /** Verified: the signer had these bytes under this name. Each publisher once. */
  | {
      readonly kind: 'attested';
      readonly publishers: readonly PublisherId[];
      /** One entry per attestation in the document. Absent in records of older versions. */
      readonly signings?: readonly Signing[];
    }
  /** A fact: there is a document and it does not hold; or the index announces one and has none. */
  | { readonly kind: 'unverifiable'; readonly reason: string }
  /** Currently unknown: the index did not respond, or the verification failed because of a local fault. */
  | { readonly kind: 'unreachable'; readonly reason: string };

/** An attestation, and the bytes that it is about. */
export interface AttestationRecord {
  readonly filename: string;
  readonly sha256: Sha256;
  readonly attestation: Attestation;
  /** Milliseconds since 1970: from then on it counts as unknown. Infinity for permanent results. */
  readonly askAgainAt: number;
}

/** The known attestations of a project's files. A filename may have had several digests; each has a separate record. */
export interface KnownAttestations {
  find(filename: string, sha256: Sha256): AttestationRecord | undefined;
}

export const NONE_KNOWN: KnownAttestations = { find: () => undefined };

/** The maximum validity of a temporary result, in milliseconds. */
export const LONGEST_DOUBT = 3_600_000;
/** The maximum number of digests per filename: repeated changes of a file do not displace other records. */
const MAX_DIGESTS = 8;

/** Records in the order of arrival; the last one for a filename and digest counts. */
export class AttestationRecords implements KnownAttestations {
  readonly #byFilename = new Map<string, readonly AttestationRecord[]>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  find(filename: string, sha256: Sha256): AttestationRecord | undefined {
    return this.#byFilename.get(filename)?.find((record) => record.sha256 === sha256);
  }

  add(record: AttestationRecord): void {
    const before = this.#byFilename.get(record.filename) ?? [];
    const others = before.filter(({ sha256 }) => sha256 !== record.sha256);
    const records = [...others.slice(1 - MAX_DIGESTS), record];
    this.#byFilename.set(record.filename, records);
    this.#count += records.length - before.length;
  }
}

/** A file with a provenance document at the index. */
export interface Offer {
  readonly filename: string;
  readonly sha256: Sha256;
  /** Absolute URL of the document. */
  readonly url: string;
}

/** The page's publisher information for its files (PEP 740). */
export interface Provenance {
  /** The provenance document of this file. Absent if the index does not offer one. */
  readonly offer: Offer | undefined;
  /** All releases on the page, latest first. Empty if the index offers no provenance documents. */
  readonly releases: readonly Release[];
}

/** The attestation status of a release. */
export interface Release {
  readonly version: string;
  /** Milliseconds since 1970: upload of its first file. Absent if any file on the page has no upload time. */
  readonly uploadTime: number | undefined;
  /**
   * For each kind of file in the release, one file with a provenance document. Absent if that kind has no such file.
   */
  readonly offers: ReadonlyMap<DistributionKind, Offer | undefined>;
}
