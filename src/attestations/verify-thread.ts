import { parentPort } from 'node:worker_threads';
import type { Verifier } from '@sigstore/verify';
import type { Attestation } from '../domain/attestation.js';
import { verifierFor, verifyProvenance } from './provenance-verifier.js';
import type { Artifact } from './statement.js';

/** What the worker is asked; one at a time. */
export interface VerificationRequest {
  readonly document: Uint8Array;
  readonly artifact: Artifact;
  /** The text of a `trusted_root.json`. */
  readonly keys: string;
}

/** The keys of the last request, for they hardly ever change. */
let current: { readonly keys: string; readonly verifier: Verifier } | undefined;

parentPort?.on('message', ({ document, artifact, keys }: VerificationRequest) => {
  if (current?.keys !== keys) current = { keys, verifier: verifierFor(keys) };
  const attestation: Attestation = verifyProvenance(current.verifier, document, artifact);
  parentPort?.postMessage(attestation);
});
