import type { Offer } from '../../domain/attestation.js';
import type { Knowledge } from '../../domain/knowledge.js';
import type { Subject } from '../../domain/subject.js';

/** What a rule looks at. */
export interface Case {
  readonly subject: Subject;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly known: Knowledge;
}

/** What an answer rests on, whatever it is. */
interface Grounds {
  /** Milliseconds since 1970: when what it rests on counts no more, and must be asked for again. */
  readonly recheckAt?: number | undefined;
  /** The provenance documents that the rule would have to know to say more. */
  readonly unknown?: readonly Offer[];
}

/** A rule's objection. */
export interface Objection extends Grounds {
  /** One plain sentence without its full stop; the rule's name is put behind it. */
  readonly reason: string;
  readonly reference?: string | undefined;
  /** Milliseconds since 1970: when it began. */
  readonly since?: number;
  /** Milliseconds since 1970: when it ends by itself. */
  readonly until?: number;
  /** In place of the rule's own action, be it stronger or weaker; dry-run holds for it as well. */
  readonly action?: 'block' | 'warn';
  /** The rule would object, and lets the file pass for what `reason` says: it weighs nothing. */
  readonly lifted?: true;
  /** Nothing was seen; something could not be looked at: a reason of another rule, of what was seen, goes first. */
  readonly doubt?: true;
}

/** No objection, as things stand. */
export type Silence = Grounds & {
  readonly [Key in Exclude<keyof Objection, keyof Grounds>]?: undefined;
};

/**
 * What a rule says of a case. Undefined is no objection, for as long as file, findings, policy, feed and attestations
 * stay what they are: a rule that would answer otherwise at another time says `recheckAt` or `until`.
 */
export type Answer = Objection | Silence | undefined;

/** One rule, with its settings. It may throw: then the case is refused. */
export type Rule = (about: Case) => Answer;

/** How a release is named in reasons; the filename stands in where its version cannot be read. */
export function release({ project, version, filename }: Subject): string {
  return version === undefined ? filename : `${project} ${version}`;
}

/** `2026-12-01 18:00 UTC`: to the minute, and the same at every time of asking. */
export function instant(milliseconds: number): string {
  const time = new Date(milliseconds);
  if (Number.isNaN(time.getTime())) return 'an unknown time';
  return `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
