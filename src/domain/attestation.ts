import type { Sha256 } from './digest.js';
import type { DistributionKind } from './distribution-filename.js';
import type { PublisherId } from './publisher.js';

/** How a file came to be signed, so far as an attestation that holds says it. */
export interface Signing {
  readonly publisher: PublisherId;
  /** As the certificate spells it; absent for a service account. */
  readonly repository?: string;
  /** The workflow's file, as its forge names it. */
  readonly workflow?: string;
  /** When the transparency log took it in, by the log's own word, in milliseconds since 1970; absent where the log gives no time. */
  readonly loggedAt?: number;
}

/** What became of a file's provenance document (PEP 740) when somebody looked. */
export type Attestation =
  /** Verified: whoever signed had these bytes under this name. Each publisher once. */
  | {
      readonly kind: 'attested';
      readonly publishers: readonly PublisherId[];
      /** Of each attestation in the document; absent in what older versions have kept. */
      readonly signings?: readonly Signing[];
    }
  /** A fact: there is a document and it does not hold; or the index announces one and has none. */
  | { readonly kind: 'unverifiable'; readonly reason: string }
  /** Not known for now: nobody could be asked, or the answer could not be verified for a fault of ours. */
  | { readonly kind: 'unreachable'; readonly reason: string };

/** An attestation, and the bytes that it is about. */
export interface AttestationRecord {
  readonly filename: string;
  readonly sha256: Sha256;
  readonly attestation: Attestation;
  /** Milliseconds since 1970: from then on it counts as not known. Infinity for what never changes. */
  readonly askAgainAt: number;
}

/** What is known of a project's files. Several digests may go by one filename; each has a record of its own. */
export interface KnownAttestations {
  find(filename: string, sha256: Sha256): AttestationRecord | undefined;
}

export const NONE_KNOWN: KnownAttestations = { find: () => undefined };

/** What counts as known for a time does so for this long at most, in milliseconds. */
export const LONGEST_DOUBT = 3_600_000;
/** Digests of one filename that are remembered: whoever changes files under it again and again gains nothing. */
const MAX_DIGESTS = 8;

/** Records as they come; of each filename and digest the last counts. */
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
