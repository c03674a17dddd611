import { bundleFromJSON } from '@sigstore/bundle';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { type Signer, toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify';
import type { Attestation, Signing } from '../domain/attestation.js';
import { type Publisher, publisherId } from '../domain/publisher.js';
import { checkIdentity } from './certificate-identity.js';
import { type AttestationObject, parseProvenance } from './provenance-document.js';
import { checkStatement, type NamedDigest } from './statement.js';

/** DSSE: in-toto statements in JSON, the only payload in PEP 740. */
const PAYLOAD_TYPE = 'application/vnd.in-toto+json';
const BUNDLE_TYPE = 'application/vnd.dev.sigstore.bundle.v0.3+json';

/** @throws if the text is not a `trusted_root.json` */
export function verifierFor(keys: string): Verifier {
  return new Verifier(toTrustMaterial(TrustedRoot.fromJSON(JSON.parse(keys))));
}

/**
 * Verifies a provenance document (PEP 740) for a file. Never throws.
 * Every attestation of a document must be valid: the signature by the certificate, the certificate from the authority
 * at the time that the log confirms, the log entry with its proof, the identity as the publisher claims, and the
 * statement about this file. If one part is false, the whole document is rejected.
 */
export function verifyProvenance(
  verifier: Verifier,
  document: Uint8Array,
  artifact: NamedDigest,
): Attestation {
  try {
    const { attestation_bundles: bundles } = parseProvenance(document);
    for (const { publisher, attestations } of bundles)
      for (const attestation of attestations)
        verifyAttestation(verifier, attestation, publisher, artifact);
    const signings = bundles.flatMap(({ publisher, attestations }) =>
      attestations.map((attestation) => signingOf(attestation, publisher)),
    );
    const publishers = new Set(signings.map(({ publisher }) => publisher));
    return { kind: 'attested', publishers: [...publishers], signings };
  } catch (error) {
    return { kind: 'unverifiable', reason: (error as Error).message };
  }
}

/** The signing of a valid attestation. A time counts only if the log signed it with the entry. */
function signingOf(
  { verification_material: { transparency_entries: entries } }: AttestationObject,
  publisher: Publisher,
): Signing {
  const [seconds] = entries.flatMap(({ integratedTime, inclusionPromise }) =>
    inclusionPromise === undefined ? [] : Number(integratedTime ?? 0) || [],
  );
  return {
    publisher: publisherId(publisher),
    ...(publisher.kind !== 'google' && {
      repository: publisher.repository,
      workflow: publisher.workflow,
    }),
    ...(seconds !== undefined && { loggedAt: seconds * 1_000 }),
  };
}

function verifyAttestation(
  verifier: Verifier,
  attestation: AttestationObject,
  publisher: Publisher,
  artifact: NamedDigest,
): void {
  checkIdentity(verifySignature(verifier, attestation), publisher);
  checkStatement(Buffer.from(attestation.envelope.statement, 'base64'), artifact);
}

/** PEP 740 names the parts of a sigstore bundle differently. */
function verifySignature(verifier: Verifier, attestation: AttestationObject): Signer {
  const { verification_material: material, envelope } = attestation;
  try {
    const bundle = bundleFromJSON({
      mediaType: BUNDLE_TYPE,
      verificationMaterial: {
        certificate: { rawBytes: material.certificate },
        tlogEntries: material.transparency_entries,
        timestampVerificationData: {
          rfc3161Timestamps: (material.timestamps ?? []).map((signedTimestamp) => ({
            signedTimestamp,
          })),
        },
      },
      dsseEnvelope: {
        payload: envelope.statement,
        payloadType: PAYLOAD_TYPE,
        signatures: [{ sig: envelope.signature, keyid: '' }],
      },
    });
    return verifier.verify(toSignedEntity(bundle));
  } catch (cause) {
    const why = (cause as Error).message;
    throw new Error(`invalid signature: ${why}`, { cause });
  }
}
