import { type KnownAttestations, NONE_KNOWN } from './attestation.js';
import type { Inspection } from './finding.js';
import { type KnownNames, NO_NAMES } from './known-names.js';
import { type MalwareFeed, NO_FEED } from './malware-feed.js';

/** What is known of a file beside what its page says: each part of it at one moment. */
export interface Knowledge {
  /** Undefined before the bytes were seen: rules that need them keep silent. */
  readonly inspection: Inspection | undefined;
  /** What is known to be malware. */
  readonly feed: MalwareFeed;
  /** Of the project; where a document that counts is not among them, the rule `attestation` keeps silent. */
  readonly attestations: KnownAttestations;
  /** The names of the projects that are in use here; those that are known everywhere are known without it. */
  readonly names: KnownNames;
}

export const NOTHING_KNOWN: Knowledge = {
  inspection: undefined,
  feed: NO_FEED,
  attestations: NONE_KNOWN,
  names: NO_NAMES,
};
