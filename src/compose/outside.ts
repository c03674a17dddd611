import type { VerifyProvenance } from '../attestations/verify-in-thread.js';
import type { Log } from '../runtime/log.js';

/** Inputs from outside: a test sets the time and captures the log. */
export interface Outside {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** 0 to 1, spreads background work over time; tests disable background work with a large value. */
  readonly random?: () => number;
  readonly env: NodeJS.ProcessEnv;
  readonly log: Log;
  /** Overrides sigstore's public-good instance as the authority on publishers. */
  readonly verifyProvenance?: VerifyProvenance;
}
