import { type KnownAttestations, NONE_KNOWN } from './attestation.js';
import type { Inspection } from './finding.js';
import { type KnownNames, NO_NAMES } from './known-names.js';
import { type MalwareFeed, NO_FEED } from './malware-feed.js';
import { type KnownStartPlaces, NO_START_PLACES } from './start-partners.js';

/** The known facts about a file, apart from its page facts: each part as of one time. */
export interface Knowledge {
  /** Undefined before the inspection: rules that require it do not apply. */
  readonly inspection: Inspection | undefined;
  /** The known malware. */
  readonly feed: MalwareFeed;
  /** For the project; if a relevant document is missing, the rule `attestation` does not apply. */
  readonly attestations: KnownAttestations;
  /** The names of the projects in use here; well-known names are built in. */
  readonly names: KnownNames;
  /** Of the artifacts inspected here. */
  readonly startPlaces: KnownStartPlaces;
}

export const NOTHING_KNOWN: Knowledge = {
  inspection: undefined,
  feed: NO_FEED,
  attestations: NONE_KNOWN,
  names: NO_NAMES,
  startPlaces: NO_START_PLACES,
};
