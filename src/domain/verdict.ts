import type { Sha256 } from './digest.js';
import type { RuleId } from './rules.js';

export type Outcome = 'allow' | 'warn' | 'block';

/** What one rule says of one subject. */
export interface RuleHit {
  readonly rule: RuleId;
  readonly action: 'warn' | 'block';
  /** One plain sentence, without line breaks. */
  readonly reason: string;
  /** Advisory ID or URL. */
  readonly reference?: string;
  readonly index: 'yank' | 'hide';
  /** Milliseconds since 1970: from when on the rule says so, where that is an instant (a cooldown's upload). */
  readonly since?: number;
  /** Milliseconds since 1970: when the rule stops saying so by itself (the end of a cooldown). */
  readonly until?: number;
  /** Set where nothing was seen, and something could not be looked at. */
  readonly doubt?: true;
  /** Set where the rule or the whole policy is in dry-run: it would have blocked, and does not. */
  readonly dryRun?: boolean;
  /** Set where the rule itself lets the file pass, and says why: it weighs nothing. */
  readonly lifted?: true;
  /** Set where only a probe has seen what it objects to: the file itself may turn out otherwise. */
  readonly probe?: true;
  /** Set where a waiver lifts it. */
  readonly waiver?: WaiverNote;
  /** Sdists: set where it is the refusal of this wheel of the same release. */
  readonly wheel?: { readonly filename: string; readonly sha256: Sha256 | undefined };
}

export interface WaiverNote {
  readonly owner: string;
  readonly reason: string;
  /** Milliseconds since 1970. */
  readonly expires: number;
}

/** What the policy makes of a subject and its findings at one moment. */
export interface Verdict {
  readonly outcome: Outcome;
  /** The hit that decided: the first block, else the first warning; undefined where no rule spoke. */
  readonly decisive: RuleHit | undefined;
  /** All that any rule said, waived, lifted and dry-run ones too. */
  readonly hits: readonly RuleHit[];
  readonly revision: string;
  /**
   * Milliseconds since 1970: from the instant of the judgement until then time alone changes nothing (Infinity: never).
   * An instant before it is another matter: clocks are set back.
   */
  readonly validUntil: number;
}
