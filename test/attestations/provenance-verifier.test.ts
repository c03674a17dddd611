import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { NamedDigest } from '../../src/attestations/statement.js';
import type { Sha256 } from '../../src/domain/digest.js';
import { documentOf, fixture, parsedDocumentOf, REAL, verifyDocument } from './support.js';

const { sigstore, pypiAttestations, google } = REAL;

/** Changes a real document and says why it no longer holds. */
function reasonOf(
  change: (document: any) => void,
  real = sigstore,
  artifact: NamedDigest = real,
): string {
  const document = parsedDocumentOf(real);
  change(document);
  const attestation = verifyDocument(document, artifact);
  assert.equal(attestation.kind, 'unverifiable');
  return attestation.kind === 'unverifiable' ? attestation.reason : '';
}

const firstOf = (document: any) => document.attestation_bundles[0].attestations[0];
const materialOf = (document: any) => firstOf(document).verification_material;
const entryOf = (document: any) => materialOf(document).transparency_entries[0];

describe('real provenance documents', () => {
  for (const real of Object.values(REAL))
    it(`verify with the shipped keys: ${real.filename}`, () => {
      const document = parsedDocumentOf(real);
      const { publisher } = document.attestation_bundles[0];
      const { repository, workflow, workflow_filepath } = publisher;
      const { integratedTime } = entryOf(document);
      assert.deepEqual(verifyDocument(documentOf(real), real), {
        kind: 'attested',
        publishers: [real.publisher],
        signings: [
          {
            publisher: real.publisher,
            ...(repository !== undefined && {
              repository,
              workflow: workflow ?? workflow_filepath,
            }),
            loggedAt: Number(integratedTime) * 1_000,
          },
        ],
      });
      assert.ok(Number(integratedTime) > 1_700_000_000);
    });

  it('verify with a SLSA attestation beside the one of the publication', () => {
    const document = parsedDocumentOf(pypiAttestations);
    const slsa = JSON.parse(fixture('pypi_attestations-0.0.19.tar.gz.slsa').toString());
    document.attestation_bundles[0].attestations.push(slsa);
    assert.equal(verifyDocument(document, pypiAttestations).kind, 'attested');
    slsa.envelope.signature = firstOf(document).envelope.signature;
    const mixed = verifyDocument(document, pypiAttestations);
    assert.equal(mixed.kind, 'unverifiable', 'one part that is false spoils the whole');
  });

  it('know a file by what its name says, however the statement spells it', () => {
    const artifact = { ...pypiAttestations, filename: 'pypi-attestations-0.0.19.tar.gz' };
    assert.equal(verifyDocument(documentOf(pypiAttestations), artifact).kind, 'attested');
  });
});

describe('a document is not believed', () => {
  it('for bytes with another sha256', () => {
    const artifact = { ...sigstore, sha256: pypiAttestations.sha256 };
    assert.match(
      reasonOf(() => {}, sigstore, artifact),
      /sha256 does not match/,
    );
    const upper = { ...sigstore, sha256: sigstore.sha256.replace(/.$/, '0') as Sha256 };
    assert.match(
      reasonOf(() => {}, sigstore, upper),
      /sha256 does not match/,
    );
  });
  it('for another filename', () => {
    for (const filename of [
      'sigstore-3.6.2.tar.gz',
      'sigstore_extra-3.6.1.tar.gz',
      'sigstore-3.6.1-py3-none-any.whl',
      'sigstore-3.6.1.zip',
    ])
      assert.match(
        reasonOf(() => {}, sigstore, { ...sigstore, filename }),
        /another file/,
        filename,
      );
  });
  it('with an altered signature, or an altered statement', () => {
    const flipped = reasonOf((document) => {
      const { envelope } = firstOf(document);
      const bytes = Buffer.from(envelope.signature, 'base64');
      bytes[bytes.length - 1]! ^= 1;
      envelope.signature = bytes.toString('base64');
    });
    assert.match(flipped, /invalid signature/);
    const altered = reasonOf((document) => {
      const { envelope } = firstOf(document);
      const text = Buffer.from(envelope.statement, 'base64').toString();
      envelope.statement = Buffer.from(text.replace('3.6.1', '3.6.2')).toString('base64');
    });
    assert.match(altered, /invalid signature/);
  });
  it('where it names another publisher than its certificate', () => {
    const publishers: [object, RegExp][] = [
      [
        { kind: 'GitHub', repository: 'evil/sigstore-python', workflow: 'release.yml' },
        /repository/,
      ],
      [{ kind: 'GitHub', repository: 'sigstore/sigstore-python', workflow: 'ci.yml' }, /workflow/],
      [
        { kind: 'GitHub', repository: 'sigstore/sigstore-python', workflow: '../release.yml' },
        /workflow/,
      ],
      [
        {
          kind: 'GitLab',
          repository: 'sigstore/sigstore-python',
          workflow_filepath: 'release.yml',
        },
        /issuer/,
      ],
      [{ kind: 'Google', email: 'release@sigstore.dev' }, /issuer/],
    ];
    for (const [publisher, why] of publishers)
      assert.match(
        reasonOf((document) => {
          document.attestation_bundles[0].publisher = publisher;
        }),
        why,
      );
    const account = reasonOf((document) => {
      document.attestation_bundles[0].publisher.email = `1${google.publisher.slice(8)}`;
    }, google);
    assert.match(account, /account/);
  });
  it('with the certificate of another attestation', () => {
    const other = materialOf(parsedDocumentOf(pypiAttestations)).certificate;
    const reason = reasonOf((document) => {
      materialOf(document).certificate = other;
    });
    assert.match(reason, /invalid signature/);
  });
  it('with the log entry of another attestation, or none', () => {
    const other = entryOf(parsedDocumentOf(pypiAttestations));
    const swapped = reasonOf((document) => {
      materialOf(document).transparency_entries = [other];
    });
    assert.match(swapped, /invalid signature/);
    const none = reasonOf((document) => {
      materialOf(document).transparency_entries = [];
    });
    assert.match(none, /does not follow PEP 740 .*transparency_entries$/);
  });
  it('without a proof that it is in the log, or with one that proves nothing', () => {
    const missing = reasonOf((document) => {
      delete entryOf(document).inclusionProof;
    });
    assert.match(missing, /inclusionProof$/);
    const wrong = reasonOf((document) => {
      entryOf(document).inclusionProof.hashes.reverse();
    });
    assert.match(wrong, /root hash/);
    const promise = reasonOf((document) => {
      const other = entryOf(parsedDocumentOf(pypiAttestations)).inclusionPromise;
      entryOf(document).inclusionPromise = other;
    });
    assert.match(promise, /inclusion promise/);
  });
  it('without a time that anybody vouches for', () => {
    const reason = reasonOf((document) => {
      delete entryOf(document).inclusionPromise;
    });
    assert.match(reason, /timestamps/);
  });
  it('with a time stamp that nobody trusted has signed', () => {
    const reason = reasonOf((document) => {
      materialOf(document).timestamps = [Buffer.from('a time stamp').toString('base64')];
    });
    assert.match(reason, /invalid signature/);
  });
  it('where its time is not the one that the log signed', () => {
    const reason = reasonOf((document) => {
      entryOf(document).integratedTime = String(Number(entryOf(document).integratedTime) + 60);
    });
    assert.match(reason, /inclusion promise/);
  });
  it('that is not of the form of PEP 740', () => {
    for (const [text, why] of [
      ['', /not JSON/],
      ['[]', /does not follow PEP 740/],
      ['{"version":2,"attestation_bundles":[]}', /version/],
      ['{"version":1,"attestation_bundles":[]}', /attestation_bundles/],
    ] as const) {
      const attestation = verifyDocument(Buffer.from(text), sigstore);
      assert.match(attestation.kind === 'unverifiable' ? attestation.reason : '', why);
    }
  });
  it('that has a pattern where the log has its name: the library would run it', () => {
    const reason = reasonOf((document) => {
      const { checkpoint } = entryOf(document).inclusionProof;
      checkpoint.envelope = checkpoint.envelope.replace(
        '— rekor.sigstore.dev',
        '— ((((.*)*)*)*)*([^.]*.)*$x',
      );
    });
    assert.match(reason, /does not follow PEP 740 .*checkpoint\.envelope$/);
  });
  it('that has more attestations than any honest one', () => {
    const reason = reasonOf((document) => {
      const [bundle] = document.attestation_bundles;
      bundle.attestations = Array(9).fill(bundle.attestations[0]);
    });
    assert.match(reason, /does not follow PEP 740/);
  });
});
