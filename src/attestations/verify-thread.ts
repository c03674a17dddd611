import type { Verifier } from '@sigstore/verify';
import type { Attestation } from '../domain/attestation.js';
import { answerInThread } from '../runtime/threads/answer-in-thread.js';
import { verifierFor, verifyProvenance } from './provenance-verifier.js';
import type { NamedDigest } from './statement.js';

export interface VerificationRequest {
  readonly document: Uint8Array;
  readonly artifact: NamedDigest;
  /** The text of a `trusted_root.json`. */
  readonly keys: string;
}

/** The keys of the last request, cached because they rarely change. */
let current: { readonly keys: string; readonly verifier: Verifier } | undefined;

answerInThread<VerificationRequest, Attestation>(({ document, artifact, keys }) => {
  if (current?.keys !== keys) current = { keys, verifier: verifierFor(keys) };
  return verifyProvenance(current.verifier, document, artifact);
});
