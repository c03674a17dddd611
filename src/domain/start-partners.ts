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

/** An artifact that has start places. */
export interface MetArtifact extends SeenArtifact {
  readonly startPlaces: StartPlaces;
}

/** An artifact of another project that fills an opened place, or opens a filled one. */
export interface StartPartner {
  readonly place: string;
  /** What the partner does. */
  readonly role: 'opens' | 'fills';
  readonly project: ProjectName;
  readonly filename: string;
}

/** The policy's opinion on an artifact by its own content. */
export type Standing = 'permitted' | 'waived' | 'refused';

/** The start places of all artifacts seen here. */
export interface KnownStartPlaces {
  /** Resolves when the artifacts of earlier runs are known. @throws if that takes too long */
  ready(): Promise<void>;
  /**
   * Artifacts of other projects that run code together with one that has these places, and were seen before this project
   * had the place. The first that comes is not at fault for a later one. Refused artifacts do not count. An artifact that is
   * permitted by a waiver alone counts as later than all others: when it was seen, it was refused.
   */
  partnersOf(
    project: ProjectName,
    places: StartPlaces,
    standingOf: (artifact: SeenArtifact) => Standing,
  ): Iterable<StartPartner>;
  /** Whether some places are unknown that may meet these: of the project, or of all others. */
  isCut(project: ProjectName, places: StartPlaces): boolean;
}

export const NO_START_PLACES: KnownStartPlaces = {
  ready: async () => {},
  partnersOf: () => [],
  isCut: () => false,
};
