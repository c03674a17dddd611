import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { shippedTrustRoot } from '../../src/attestations/trust-root.js';
import { createVerifier } from '../../src/attestations/verify-in-thread.js';
import { threadProgram } from '../support/thread-program.js';
import { documentOf, REAL } from './support.js';

describe('the verifier in its thread', () => {
  it('answers each document, however many come at once', async () => {
    const verifier = createVerifier({ keys: shippedTrustRoot });
    try {
      const all = Object.values(REAL);
      const answers = await Promise.all(all.map((real) => verifier.verify(documentOf(real), real)));
      assert.deepEqual(
        answers.map((answer) => (answer.kind === 'attested' ? answer.publishers : answer.kind)),
        all.map(({ publisher }) => [publisher]),
      );
      const swapped = await verifier.verify(documentOf(REAL.google), REAL.gitlab);
      assert.equal(swapped.kind, 'unverifiable');
    } finally {
      await verifier.close();
    }
  });

  it('goes by the keys of the moment', async () => {
    let keys = shippedTrustRoot();
    const verifier = createVerifier({ keys: () => keys });
    const kind = async () => (await verifier.verify(documentOf(REAL.sigstore), REAL.sigstore)).kind;
    try {
      assert.equal(await kind(), 'attested');
      keys = JSON.stringify({ ...JSON.parse(keys), certificateAuthorities: [] });
      assert.equal(await kind(), 'unverifiable');
      keys = 'no keys';
      assert.equal(await kind(), 'unreachable');
      keys = shippedTrustRoot();
      assert.equal(await kind(), 'attested');
    } finally {
      await verifier.close();
    }
  });

  it('knows nothing of a document whose thread dies or hangs, and spares the next document', async () => {
    // It misbehaves for some documents, and believes the others.
    const program = threadProgram(({ document }: { document: Uint8Array }) => {
      const what = Buffer.from(document).toString();
      if (what === 'dies') process.exit(1);
      if (what === 'throws') throw new Error('oops');
      if (what === 'hangs') for (;;);
      return { kind: 'attested', publishers: [what] };
    });
    const verifier = createVerifier({ keys: () => '', patience: 1_000, program });
    try {
      const names = ['dies', 'a', 'throws', 'b', 'hangs', 'c'];
      const answers = await Promise.all(
        names.map((name) => verifier.verify(Buffer.from(name), REAL.sigstore)),
      );
      assert.deepEqual(
        answers.map((answer) =>
          answer.kind === 'attested' ? answer.publishers[0] : `${answer.kind}: ${answer.reason}`,
        ),
        [
          'unreachable: the verification failed: it ended',
          'a',
          'unreachable: the verification failed: oops',
          'b',
          'unreachable: the verification failed: timeout',
          'c',
        ],
      );
    } finally {
      await verifier.close();
    }
  });

  it('holds nothing against a document where the keys cannot be read', async () => {
    let broken = true;
    const keys = () => {
      if (broken) throw new Error('no such file');
      return shippedTrustRoot();
    };
    const verifier = createVerifier({ keys });
    const kind = async () => (await verifier.verify(documentOf(REAL.sigstore), REAL.sigstore)).kind;
    try {
      assert.equal(await kind(), 'unreachable');
      broken = false;
      assert.equal(await kind(), 'attested');
    } finally {
      await verifier.close();
    }
  });

  it('once closed says nothing of any document', async () => {
    const verifier = createVerifier({ keys: shippedTrustRoot });
    await verifier.close();
    const answer = await verifier.verify(documentOf(REAL.sigstore), REAL.sigstore);
    assert.equal(answer.kind, 'unreachable');
  });
});
