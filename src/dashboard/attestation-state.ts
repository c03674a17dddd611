import type { AttestationRecord, KnownAttestations } from '../domain/attestation.js';
import type { Sha256 } from '../domain/digest.js';

/** The known attestation of a file. */
export type AttestationState =
  | AttestationRecord['attestation']
  | { readonly kind: 'not-verified' | 'none' | 'unknown' };

/** @param offer whether the index has a document; undefined if it was not queried */
export function attestationState(
  filename: string,
  sha256: Sha256 | undefined,
  offer: 'offered' | 'none' | 'unknown',
  known: KnownAttestations | undefined,
): AttestationState {
  const record = sha256 && known?.find(filename, sha256);
  if (record !== undefined) return record.attestation;
  return { kind: offer === 'offered' ? 'not-verified' : offer };
}
