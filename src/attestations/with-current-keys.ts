import type { TrustRoot } from './trust-root.js';
import type { VerifyProvenance } from './verify-in-thread.js';

/**
 * A document that does not verify may have been signed under newer keys. It therefore waits for a refresh in progress,
 * and if the refresh fails, it does not count against the file.
 */
export function withCurrentKeys(verify: VerifyProvenance, trust: TrustRoot): VerifyProvenance {
  return async (document, artifact) => {
    // A refresh may complete during the verification with the previous keys.
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
