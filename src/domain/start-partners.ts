import type { Sha256 } from './digest.js';
import type { Finding } from './finding.js';
import type { ProjectName } from './project-name.js';
import type { StartPlaces } from './start-places.js';

/** An inspected artifact, as far as a verdict on its own content needs it. */
export interface SeenArtifact {
  readonly project: ProjectName;
  readonly filename: string;
  readonly sha256: Sha256;
  readonly findings: readonly Finding[];
}

/** An artifact of another project that fills an opened place, or opens a filled one. */
export interface StartPartner {
  readonly place: string;
  /** What the partner does. */
  readonly role: 'opens' | 'fills';
  readonly project: ProjectName;
  readonly filename: string;
}

/** The start places of all artifacts seen here. */
export interface KnownStartPlaces {
  /**
   * Artifacts of other projects, seen before this project had the place, that run code together with one that has these
   * places. The first that comes is not at fault for a later one.
   * @param permits whether the policy permits an artifact by its own content: others do not count
   */
  partnersOf(
    project: ProjectName,
    places: StartPlaces,
    permits: (artifact: SeenArtifact) => boolean,
  ): Iterable<StartPartner>;
  /** Whether there are too many filled places to know them all. */
  readonly isFull: boolean;
}

export const NO_START_PLACES: KnownStartPlaces = { partnersOf: () => [], isFull: false };
