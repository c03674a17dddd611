import { readFileSync } from 'node:fs';
import { verifierFor, verifyProvenance } from '../../src/attestations/provenance-verifier.js';
import type { NamedDigest } from '../../src/attestations/statement.js';
import { shippedTrustRoot } from '../../src/attestations/trust-root.js';
import type { Attestation } from '../../src/domain/attestation.js';
import type { Sha256 } from '../../src/domain/digest.js';

const FIXTURES = 'test/attestations/fixtures';

/** Real files with a real provenance document, and the digests that PyPI's pages give for them. */
export const REAL = {
  sigstore: file(
    'sigstore-3.6.1.tar.gz',
    'ee60fdc9236fd6709271ad53b44027461360c3fde155d2af15482e4c451ff865',
    'github:sigstore/sigstore-python',
  ),
  pypiAttestations: file(
    'pypi_attestations-0.0.19.tar.gz',
    '9bb1add04b1b4e182be6b0b80931593f7a291eb49d69b4fd728a5d4cbcdc4bd3',
    'github:trailofbits/pypi-attestations',
  ),
  pypiAttestationsBefore: file(
    'pypi_attestations-0.0.16.tar.gz',
    'cbd2b946fe160793606dee4516ef58ac5959456e69630a7f03e7de73aa7f2737',
    'github:trailofbits/pypi-attestations',
  ),
  gitlab: file(
    'gitlab_oidc_project-0.0.3.tar.gz',
    'c1ca9b0d85df1606451098233018534497bf584362e10e4a8c21dfaea92c02a8',
    'gitlab:facutuesca/gitlab-oidc-project',
  ),
  google: file(
    'gcb_attestation_test-0.0.0.tar.gz',
    '461317362419124b6012e855423a9078d6de8aed3e74fa78cc74d669b23dc6cf',
    'google:919436158236-compute@developer.gserviceaccount.com',
  ),
} as const;

export interface RealFile extends NamedDigest {
  readonly publisher: string;
}

function file(filename: string, sha256: string, publisher: string): RealFile {
  return { filename, sha256: sha256 as Sha256, publisher };
}

/** A file of the fixtures as it lies there. */
export function fixture(name: string): Buffer {
  return readFileSync(`${FIXTURES}/${name}`);
}

export function documentOf({ filename }: RealFile): Buffer {
  return fixture(`${filename}.provenance`);
}

/** The document as an object, for a test to change. */
export function parsedDocumentOf(real: RealFile): any {
  return JSON.parse(documentOf(real).toString('utf8'));
}

const shipped = verifierFor(shippedTrustRoot());

/** Verifies with the shipped keys alone. */
export function verifyDocument(document: Buffer | object, artifact: NamedDigest): Attestation {
  const bytes = Buffer.isBuffer(document) ? document : Buffer.from(JSON.stringify(document));
  return verifyProvenance(shipped, bytes, artifact);
}
