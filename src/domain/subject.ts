import type { Provenance } from './attestation.js';
import type { DatedReleases } from './dated-releases.js';
import type { Sha256 } from './digest.js';
import type { DistributionKind } from './distribution-filename.js';
import type { Integrity, Replaced } from './integrity.js';
import type { PageFacts } from './page-facts.js';
import type { ProjectName } from './project-name.js';

/** What a policy judges before it has seen a byte: one file of a project page, and what the page says of it. */
export interface Subject extends PageFacts {
  readonly upstream: string;
  readonly project: ProjectName;
  /** PEP 440's normal form; undefined where the filename's version is not one. */
  readonly version: string | undefined;
  readonly filename: string;
  readonly kind: DistributionKind;
  readonly sha256: Sha256 | undefined;
  /** Without it, a file without a sha256 is refused. */
  readonly integrity?: Integrity | undefined;
  /** The bytes that its index had under this name before, where such a change is accepted. */
  readonly replaced?: Replaced | undefined;
  readonly size: number | undefined;
  /** All of its page, one object for all of its files; undefined where no index was asked. */
  readonly releases?: DatedReleases | undefined;
  /** Who is said to have published it; undefined where no index was asked (a file on disk). */
  readonly provenance?: Provenance | undefined;
  /**
   * Sdists: the wheels of the same release that the page lists, one object for all sdists of the release. What refuses
   * one of them refuses the sdist.
   */
  readonly wheels?: Iterable<Subject> | undefined;
}
