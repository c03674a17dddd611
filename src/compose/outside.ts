import type { VerifyProvenance } from '../attestations/verify-in-thread.js';
import type { Log } from '../runtime/log.js';

/** What comes in from outside, so that a test can stop time and watch what is logged. */
export interface Outside {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** 0 to 1, by which background work is spread; a test that wants none of it gives a large number. */
  readonly random?: () => number;
  readonly env: NodeJS.ProcessEnv;
  readonly log: Log;
  /** Instead of sigstore's public-good instance: whom to believe who published a file. */
  readonly verifyProvenance?: VerifyProvenance;
}
