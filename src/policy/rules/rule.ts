import type { Offer } from '../../domain/attestation.js';
import type { Knowledge } from '../../domain/knowledge.js';
import type { SeenArtifact, Standing } from '../../domain/start-partners.js';
import type { Subject } from '../../domain/subject.js';

/** The input of a rule. */
export interface Case {
  readonly subject: Subject;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly known: Knowledge;
  /** The policy's opinion on another artifact, by its own content. */
  readonly standingOf?: ((artifact: SeenArtifact) => Standing) | undefined;
}

/** The basis of any answer. */
interface Grounds {
  /** Milliseconds since 1970: the basis is then outdated, and the rule must be evaluated again. */
  readonly recheckAt?: number | undefined;
  /** The provenance documents that the rule requires for a complete answer. */
  readonly unknown?: readonly Offer[];
}

/** A rule's objection. */
export interface Objection extends Grounds {
  /** One plain sentence without its full stop; the rule's name is put behind it. */
  readonly reason: string;
  readonly reference?: string | undefined;
  /** Milliseconds since 1970: its start. */
  readonly since?: number;
  /** Milliseconds since 1970: when it ends by itself. */
  readonly until?: number;
  /** Overrides the rule's own action, in either direction; dry-run applies to it as well. */
  readonly action?: 'block' | 'warn';
  /** The rule matches, but allows the file for the given `reason`: it has no weight. */
  readonly lifted?: true;
  /** No observation, but a part could not be inspected: observations of other rules take precedence as the reason. */
  readonly doubt?: true;
}

/** No match at present. */
export type Silence = Grounds & {
  readonly [Key in Exclude<keyof Objection, keyof Grounds>]?: undefined;
};

/**
 * A rule's answer for a case. Undefined means no match, as long as file, findings, policy, feed and attestations do not
 * change: a rule whose answer also depends on time sets `recheckAt` or `until`.
 */
export type Answer = Objection | Silence | undefined;

/** One rule, with its settings. It may throw: then the case is refused. */
export type Rule = (about: Case) => Answer;

/** The name of a release in reasons; the filename, if its version is invalid. */
export function release({ project, version, filename }: Subject): string {
  return version === undefined ? filename : `${project} ${version}`;
}

/** `2026-12-01 18:00 UTC`: to the minute, and the same at every time of asking. */
export function instant(milliseconds: number): string {
  const time = new Date(milliseconds);
  if (Number.isNaN(time.getTime())) return 'an unknown time';
  return `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
