import type { Offer } from '../domain/attestation.js';
import type { Verdict } from '../domain/verdict.js';
import type { ReleaseOpinion, ReleaseWheel } from './release.js';
import type { Case } from './rules/rule.js';

/** A policy as it was read at one moment: a pure function, named by its revision. */
export interface Policy {
  /** A short digest of the policy's meaning: equal files give an equal revision. */
  readonly revision: string;
  /** Whether verdicts depend on when the malware feed was last known to be current. */
  readonly heedsFeedAge: boolean;
  /** Whether verdicts depend on what advisories say is fixed. */
  readonly heedsFixes: boolean;
  /** How far ahead a waiver may expire, in milliseconds. */
  readonly waiverMax: number;
  /**
   * Judges one file. Without an inspection only the rules that need no bytes speak.
   * A rule that throws refuses, with that as the reason.
   * @param release for an sdist: what the wheels of its release say, by `ofRelease` of the same policy at the same moment
   */
  evaluate(about: Case, release?: ReleaseOpinion): Verdict;
  /** The same by the rules alone that say that a release is bad (`ACCUSING`): hundreds of releases are asked about at a time. */
  accuse(about: Case): Verdict;
  /** What the wheels of a release say of its sdists. @param now milliseconds since 1970 */
  ofRelease(wheels: Iterable<ReleaseWheel>, now: number): ReleaseOpinion;
  /**
   * The provenance documents that must be looked at before a file can be judged in full. A look at these may
   * show that others count; ask again then. Always empty where the rule `attestation` is off.
   */
  unknownAttestations(about: Case): readonly Offer[];
}

/** Where the policy in force comes from; it changes under its users. */
export interface PolicySource {
  readonly current: Policy;
  /** Calls back after each change that took effect; it is told of once what that returns has resolved. */
  onChange(listener: (policy: Policy) => unknown): void;
}
