import { bundleFromJSON } from '@sigstore/bundle';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { type Signer, toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify';
import type { Attestation, Signing } from '../domain/attestation.js';
import { type Publisher, publisherId } from '../domain/publisher.js';
import { checkIdentity } from './certificate-identity.js';
import { type AttestationObject, parseProvenance } from './provenance-document.js';
import { checkStatement, type NamedDigest } from './statement.js';

/** DSSE: in-toto's statements in JSON, the only payload that PEP 740 has. */
const PAYLOAD_TYPE = 'application/vnd.in-toto+json';
const BUNDLE_TYPE = 'application/vnd.dev.sigstore.bundle.v0.3+json';

/** @throws where the text is not a `trusted_root.json` */
export function verifierFor(keys: string): Verifier {
  return new Verifier(toTrustMaterial(TrustedRoot.fromJSON(JSON.parse(keys))));
}

/**
 * Makes of a provenance document (PEP 740) what it is worth for a file. Never throws.
 *
 * Every attestation of a document must hold: signature by the certificate, certificate from the authority at
 * the time that the log vouches for, entry in the log with its proof, identity as the publisher claims,
 * statement about this file. A document of which one part is false is not believed in the others.
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

/** Of an attestation that holds. A time counts that the log has signed together with the entry. */
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

/** PEP 740 keeps the parts of a sigstore bundle under names of its own. */
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
