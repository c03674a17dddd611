import type { Inspection } from '../domain/finding.js';
import type { MalwareFeed } from '../domain/malware-feed.js';
import type { Subject } from '../domain/subject.js';
import type { Verdict } from '../domain/verdict.js';

/** A policy as it was read at one moment: a pure function, named by its revision. */
export interface Policy {
  /** A short digest of the policy's meaning: equal files give an equal revision. */
  readonly revision: string;
  /**
   * Judges one file. Without an inspection only the rules that need no bytes speak.
   * A rule that throws refuses, with that as the reason.
   * @param now milliseconds since 1970
   * @param feed what is known to be malware; without it nothing is known
   */
  evaluate(
    subject: Subject,
    inspection: Inspection | undefined,
    now: number,
    feed?: MalwareFeed,
  ): Verdict;
}

/** Where the policy in force comes from; it changes under its users. */
export interface PolicySource {
  readonly current: Policy;
  /** Calls back after each change that took effect. */
  onChange(listener: (policy: Policy) => void): void;
}
