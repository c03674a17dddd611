import type { Offer } from '../domain/attestation.js';
import type { Verdict } from '../domain/verdict.js';
import type { ReleaseOpinion, ReleaseWheel } from './release.js';
import type { Case } from './rules/rule.js';

/** A policy as read at one time: a pure function, named by its revision. */
export interface Policy {
  /** A short digest of the policy's meaning: equal files give an equal revision. */
  readonly revision: string;
  /** Whether verdicts depend on when the malware feed was last known to be current. */
  readonly heedsFeedAge: boolean;
  /** Whether verdicts depend on the fixed versions in advisories. */
  readonly heedsFixes: boolean;
  /** How far ahead a waiver may expire, in milliseconds. */
  readonly waiverMax: number;
  /**
   * Judges one file. Without an inspection, only the rules that need no bytes apply. A rule that throws refuses, with
   * the error as the reason.
   * @param release for an sdist: the result for the wheels of its release, by `ofRelease` of the same policy at the
   * same time
   */
  evaluate(about: Case, release?: ReleaseOpinion): Verdict;
  /** The same with only the rules against bad releases (`ACCUSING`), for queries about hundreds of releases. */
  accuse(about: Case): Verdict;
  /** The result that a release's wheels imply for its sdists. @param now milliseconds since 1970 */
  ofRelease(wheels: Iterable<ReleaseWheel>, now: number): ReleaseOpinion;
  /**
   * The provenance documents that must be verified before a file can be judged completely. Their results may require
   * further documents, so call it again afterwards. Always empty if the rule `attestation` is off.
   */
  unknownAttestations(about: Case): readonly Offer[];
}

/** The source of the policy in force, which can change during use. */
export interface PolicySource {
  readonly current: Policy;
  /** Calls back after each effective change. The change is announced once the returned promise has resolved. */
  onChange(listener: (policy: Policy) => unknown): void;
}
