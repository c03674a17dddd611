import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sameFilename } from '../../src/attestations/same-filename.js';
import { checkStatement } from '../../src/attestations/statement.js';
import type { Sha256 } from '../../src/domain/digest.js';

const artifact = {
  filename: 'demo-1.0-py2.py3-none-any.whl',
  sha256: 'a'.repeat(64) as Sha256,
};

function statement(changes: object = {}): Buffer {
  return Buffer.from(
    JSON.stringify({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: artifact.filename, digest: { sha256: artifact.sha256 } }],
      predicateType: 'https://docs.pypi.org/attestations/publish/v1',
      predicate: null,
      ...changes,
    }),
  );
}

describe('a statement', () => {
  it('about the file holds, of either predicate type', () => {
    checkStatement(statement(), artifact);
    checkStatement(statement({ predicateType: 'https://slsa.dev/provenance/v1' }), artifact);
  });
  it('of another type does not', () => {
    assert.throws(
      () => checkStatement(statement({ _type: 'https://in-toto.io/Statement/v0.1' }), artifact),
      /not an in-toto v1/,
    );
  });
  it('with another predicate does not', () => {
    for (const predicateType of [
      'https://slsa.dev/provenance/v0.2',
      'https://docs.pypi.org/attestations/publish/v1/',
      '',
    ])
      assert.throws(() => checkStatement(statement({ predicateType }), artifact), /predicate/);
  });
  it('about nothing, or about more than one file, does not', () => {
    const one = { name: artifact.filename, digest: { sha256: artifact.sha256 } };
    assert.throws(() => checkStatement(statement({ subject: [] }), artifact), /0 subjects/);
    assert.throws(() => checkStatement(statement({ subject: [one, one] }), artifact), /2 subjects/);
  });
  it('with another digest, or none, does not', () => {
    for (const digest of [{ sha256: 'b'.repeat(64) }, { md5: 'a' }, {}])
      assert.throws(
        () =>
          checkStatement(statement({ subject: [{ name: artifact.filename, digest }] }), artifact),
        /sha256 does not match/,
      );
  });
  it('that is not JSON, or not of its form, does not', () => {
    assert.throws(() => checkStatement(Buffer.from('{'), artifact), /not JSON/);
    assert.throws(() => checkStatement(Buffer.from([0x22, 0xff, 0x22]), artifact), /not JSON/);
    assert.throws(() => checkStatement(Buffer.from('null'), artifact), /valid in-toto/);
  });
});

describe('a filename', () => {
  const wheel = 'my_pkg-1.0-cp310-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64.whl';
  it('is the same in another spelling', () => {
    for (const [a, b] of [
      [wheel, wheel],
      [wheel, 'My.Pkg-1.0-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl'],
      ['my_pkg-1.0rc1.tar.gz', 'my-pkg-1.0.RC1.tar.gz'],
    ] as const)
      assert.ok(sameFilename(a, b), `${a} ${b}`);
  });
  it('is another where anything that it says differs', () => {
    for (const [a, b] of [
      [wheel, wheel.replace('cp310', 'cp311')],
      [wheel, wheel.replace('.manylinux2014_x86_64', '')],
      [wheel, wheel.replace('1.0-', '1.0-1-')],
      [wheel, wheel.replace('1.0-', '1.1-')],
      [wheel, wheel.replace('my_pkg', 'my_pkg2')],
      ['my_pkg-1.0.tar.gz', 'my_pkg-1.0.zip'],
      ['a/my_pkg-1.0.tar.gz', 'my_pkg-1.0.tar.gz'],
      ['', 'my_pkg-1.0.tar.gz'],
      ['my_pkg-1.0.exe', 'my-pkg-1.0.exe'],
    ] as const)
      assert.ok(!sameFilename(a, b), `${a} ${b}`);
  });
});
