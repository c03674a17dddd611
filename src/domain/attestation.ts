import type { Sha256 } from './digest.js';
import type { DistributionKind } from './distribution-filename.js';
import type { PublisherId } from './publisher.js';

/** What became of a file's provenance document (PEP 740) when somebody looked. */
export type Attestation =
  /** Verified: whoever signed had these bytes under this name. Each publisher once. */
  | { readonly kind: 'attested'; readonly publishers: readonly PublisherId[] }
  /** There is a document and it does not hold; or the index announces one and has none. */
  | { readonly kind: 'unverifiable'; readonly reason: string }
  /** Nobody could be asked just now. */
  | { readonly kind: 'unreachable'; readonly reason: string };

/** An attestation, and the bytes that it is about. */
export interface AttestationRecord {
  readonly filename: string;
  readonly sha256: Sha256;
  readonly attestation: Attestation;
  /** Milliseconds since 1970: from then on it counts as not known. Infinity for what never changes. */
  readonly askAgainAt: number;
}

/** What is known of a project's files, by filename; a record counts only for its own digest. */
export type KnownAttestations = ReadonlyMap<string, AttestationRecord>;

/** A file for which the index offers a provenance document. */
export interface Offer {
  readonly filename: string;
  readonly sha256: Sha256;
  /** The document's absolute URL. */
  readonly url: string;
}

/** What a project page says of who published its files (PEP 740). */
export interface Provenance {
  /** This file's own document; undefined where the index offers none. */
  readonly offer: Offer | undefined;
  /** All releases of the page, the latest first; empty where the index offers no document at all. */
  readonly releases: readonly Release[];
}

/** A release, so far as its attestations are concerned. */
export interface Release {
  readonly version: string;
  /** Milliseconds since 1970: when its first file was uploaded; undefined where the page has no times for all. */
  readonly uploadTime: number | undefined;
  /** By the kind of file that there is: one of them with a document; undefined where none has one. */
  readonly offers: ReadonlyMap<DistributionKind, Offer | undefined>;
}

/** What is known of a file, now; undefined where nobody has looked, or must look again. */
export function knownAttestation(
  { filename, sha256 }: Offer,
  known: KnownAttestations,
  now: number,
): AttestationRecord | undefined {
  const record = known.get(filename);
  return record?.sha256 === sha256 && now < record.askAgainAt ? record : undefined;
}
