import type { TrustRoot } from './trust-root.js';
import type { VerifyProvenance } from './verify-in-thread.js';

/**
 * What does not verify may have been signed under keys that are newer than those at hand. So such a document waits for
 * newer keys where they are on their way; and where they could not be had, nothing is held against the file.
 */
export function withCurrentKeys(verify: VerifyProvenance, trust: TrustRoot): VerifyProvenance {
  return async (document, artifact) => {
    // They may come while it is verified by those before them.
    const { current } = trust;
    const first = await verify(document, artifact);
    if (first.kind !== 'unverifiable' || current) return first;
    await trust.refreshed();
    const second = await verify(document, artifact);
    if (second.kind !== 'unverifiable' || trust.current) return second;
    const reason = `newer verification keys are unavailable, and with the current ones ${second.reason}`;
    return { kind: 'unreachable', reason };
  };
}
