import type { Provenance } from './attestation.js';
import type { DatedReleases } from './dated-releases.js';
import type { Sha256 } from './digest.js';
import type { DistributionKind } from './distribution-filename.js';
import type { Integrity, Replaced } from './integrity.js';
import type { PageFacts } from './page-facts.js';
import type { ProjectName } from './project-name.js';

/** The facts known before an artifact is downloaded: one file of a project page and the page's statements about it. */
export interface Subject extends PageFacts {
  readonly upstream: string;
  readonly project: ProjectName;
  /** Normalized version (PEP 440). Absent if the filename has no valid version. */
  readonly version: string | undefined;
  readonly filename: string;
  readonly kind: DistributionKind;
  readonly sha256: Sha256 | undefined;
  /** If absent, a file without a SHA-256 is refused. */
  readonly integrity?: Integrity | undefined;
  /** The file's previous bytes at its index, if the change was accepted. */
  readonly replaced?: Replaced | undefined;
  readonly size: number | undefined;
  /** All releases on the page, shared by its files. Absent if no index was queried. */
  readonly releases?: DatedReleases | undefined;
  /** The publishers declared on the page. Absent if no index was queried (a local file). */
  readonly provenance?: Provenance | undefined;
  /**
   * Sdists: the wheels of the same release on the page, shared by all sdists of the release. A rule that refuses a
   * wheel also refuses the sdist.
   */
  readonly wheels?: Iterable<Subject> | undefined;
}
