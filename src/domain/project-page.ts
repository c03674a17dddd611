import type { Sha256 } from './digest.js';
import type { DistributionFilename } from './distribution-filename.js';
import type { Hashes } from './hashes.js';
import type { Integrity, Replaced } from './integrity.js';
import type { ProjectName } from './project-name.js';

/** One file of a project page, in any upstream format (PEP 503, 691). */
export interface IndexFile {
  readonly filename: string;
  /** The filename, read. */
  readonly name: DistributionFilename;
  /** The upstream's URL, absolute and without a fragment. */
  readonly url: string;
  /** As the index declares them. */
  readonly hashes: Hashes;
  /** The declared SHA-256, or that of the bytes which another digest identified; undefined if unknown. */
  readonly sha256: Sha256 | undefined;
  readonly integrity: Integrity | undefined;
  /** Its previous bytes, if its upstream may replace files. */
  readonly replaced?: Replaced | undefined;
  /** PEP 345 in the form of PEP 503's `data-requires-python`. */
  readonly requiresPython?: string | undefined;
  /** PEP 592: `false`, `true`, or the reason. */
  readonly yanked: boolean | string;
  /** PEP 714 (658): the digests of the `.metadata` sidecar; true if there is one without a digest. */
  readonly coreMetadata: boolean | Hashes;
  /** PEP 503: whether there is a detached `.asc` signature. */
  readonly gpgSig?: boolean | undefined;
  /** PEP 700: bytes. */
  readonly size?: number | undefined;
  /** PEP 700: milliseconds since 1970; undefined if the index's value is absent or invalid. */
  readonly uploadTime?: number | undefined;
  /** The same as the index writes it, which is often finer. */
  readonly uploadedAt?: string | undefined;
  /** PEP 740: the absolute URL of the provenance document. */
  readonly provenance?: string | undefined;
  /** Keys of the JSON form that we do not know, as they came. */
  readonly extra: Readonly<Record<string, unknown>>;
}

/** PEP 792: the index's status of the whole project. */
export interface ProjectStatus {
  readonly status: string;
  readonly reason?: string;
}

/** A project page as one upstream gave it. */
export interface ProjectPage {
  readonly project: ProjectName;
  /** The name of the upstream, as the configuration gives it. */
  readonly upstream: string;
  readonly files: readonly IndexFile[];
  /** PEP 700: every version, including those without a file; undefined if the upstream does not list them. */
  readonly versions: readonly string[] | undefined;
  readonly status: ProjectStatus | undefined;
  /** `meta` of the JSON form, beyond `api-version`; and unknown keys of the page itself. */
  readonly meta: Readonly<Record<string, unknown>>;
  readonly extra: Readonly<Record<string, unknown>>;
}
