import type { Inspection } from '../../domain/finding.js';
import type { Subject } from '../../domain/subject.js';
import type { CompiledPolicy } from '../compiled.js';

/** What a rule is asked about. */
export interface Question {
  readonly subject: Subject;
  /** Undefined before the bytes have been seen: rules about bytes are silent then. */
  readonly inspection: Inspection | undefined;
  readonly policy: CompiledPolicy;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** What a rule objects to: one plain sentence without a full stop, and what goes with it. */
export interface Objection {
  readonly reason: string;
  readonly reference?: string | undefined;
  readonly index?: 'yank' | 'hide' | undefined;
  /** Milliseconds since 1970: when it ends by itself. */
  readonly until?: number;
}

/** One rule: an objection, or undefined. It knows nothing of actions, waivers or dry-run. */
export type Rule = (question: Question) => Objection | undefined;
