import type { Sha256 } from './digest.js';
import type { RuleId } from './rules.js';

export type Outcome = 'allow' | 'warn' | 'block';

/** One rule's result for one subject. */
export interface RuleHit {
  readonly rule: RuleId;
  readonly action: 'warn' | 'block';
  /** One plain sentence, without line breaks. */
  readonly reason: string;
  /** Advisory ID or URL. */
  readonly reference?: string;
  readonly index: 'yank' | 'hide';
  /** Milliseconds since 1970: start of the rule's effect, if it is an instant (a cooldown's upload). */
  readonly since?: number;
  /** Milliseconds since 1970: end of the rule's effect without an edit (the end of a cooldown). */
  readonly until?: number;
  /** Set if there is no observation, but a part could not be inspected. */
  readonly doubt?: true;
  /** Set where the rule or the whole policy is in dry-run: it would have blocked, and does not. */
  readonly dryRun?: boolean;
  /** Set if the rule itself allows the file, with the reason: it has no weight. */
  readonly lifted?: true;
  /** Set if only a probe has found its match: the inspection may differ. */
  readonly probe?: true;
  /** Set if a waiver lifts it. */
  readonly waiver?: WaiverNote;
  /** Sdists: set if it is the refusal of this wheel of the same release. */
  readonly wheel?: { readonly filename: string; readonly sha256: Sha256 | undefined };
}

export interface WaiverNote {
  readonly owner: string;
  readonly reason: string;
  /** Milliseconds since 1970. */
  readonly expires: number;
}

/** The policy's result for a subject and its findings at one time. */
export interface Verdict {
  readonly outcome: Outcome;
  /** The decisive hit: the first block, or else the first warning; undefined without a match. */
  readonly decisive: RuleHit | undefined;
  /** All matches, including waived, lifted and dry-run ones. */
  readonly hits: readonly RuleHit[];
  readonly revision: string;
  /**
   * Milliseconds since 1970: from the instant of the judgement until then time alone changes nothing (Infinity: never).
   * An instant before it is another matter: clocks are set back.
   */
  readonly validUntil: number;
}
