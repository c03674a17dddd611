import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { FINDING_CODES } from '../../src/domain/finding-codes.js';
import { describeFile } from '../../src/inspection/describe-file.js';
import { inspectFile } from '../../src/inspection/inspect-file.js';
import { hookLine } from '../../src/messages/refusals.js';
import { buildSdist } from '../support/archives/tar.js';
import { buildWheel, wheelName } from '../support/archives/wheel.js';
import { codesOf, inspectBytes } from '../support/inspection/inspect.js';

const sha256 = (content: string | Uint8Array) => createHash('sha256').update(content).digest();

describe('an inspection', () => {
  it('gives the digests of all members, the count, the bytes and the digest of METADATA', async () => {
    const metadata = 'Name: demo\nVersion: 1.0\n';
    const inspection = await inspectBytes(
      wheelName(),
      buildWheel({ files: { 'demo.py': 'x = 1\n' }, distInfo: { METADATA: metadata } }),
    );
    assert.equal(inspection.memberCount, 4);
    assert.equal(inspection.metadataSha256, sha256(metadata).toString('hex'));
    const digests = Buffer.from(inspection.memberDigests, 'base64');
    assert.equal(digests.length, 4 * 8);
    assert.ok(digests.subarray(0, 8).equals(sha256('x = 1\n').subarray(0, 8)));
    assert.ok(digests.subarray(8, 16).equals(sha256(metadata).subarray(0, 8)));
  });

  it('gives the same of an sdist', async () => {
    const inspection = await inspectBytes('demo-1.0.tar.gz', buildSdist());
    assert.equal(inspection.memberCount, 2);
    const digests = Buffer.from(inspection.memberDigests, 'base64');
    const setup = sha256('from setuptools import setup\nsetup()\n').subarray(0, 8);
    assert.ok(digests.subarray(8, 16).equals(setup));
    assert.equal(inspection.metadataSha256, undefined);
  });

  it('says of a start-up hook what it is, where it lands and what it runs, in plain ASCII', async () => {
    const content = 'import os; print("\u202e größe")\n';
    const path = 'demo-1.0.data/purelib/demo.pth';
    const inspection = await inspectBytes(wheelName(), buildWheel({ files: { [path]: content } }));
    const [finding] = inspection.findings;
    assert.deepEqual(finding, {
      code: 'pth-executable',
      rule: 'startup-hook',
      detail: hookLine(1, path, 'import os; print("\\xe2\\x80\\xae gr\\xc3\\xb6\\xc3\\x9fe")'),
      member: path,
      sha256: sha256(content).toString('hex'),
      landing: 'demo.pth',
      excerpt: {
        base64: Buffer.from(content.trimEnd()).toString('base64'),
        offset: 0,
        line: 1,
        lineLength: Buffer.byteLength(content) - 1,
        truncated: false,
      },
    });
  });

  it('names each finding by a code of the table', async () => {
    const inspection = await inspectBytes(
      wheelName(),
      buildWheel({ files: { 'sitecustomize.py': '', 'a\\b.py': '' }, record: () => '' }),
    );
    for (const { code, rule } of inspection.findings)
      assert.equal(FINDING_CODES[code as keyof typeof FINDING_CODES].rule, rule);
    assert.deepEqual(codesOf(inspection), [
      'member-name-backslash',
      'record-unlisted',
      'site-customize',
    ]);
  });

  it('keeps a bounded number of findings of one kind, but every start-up hook', async () => {
    const files: Record<string, string> = {};
    for (let i = 0; i < 60; i++) {
      files[`demo/${i}.py`] = '';
      files[`hook${i}.pth`] = `import os # ${i}\n`;
    }
    const inspection = await inspectBytes(wheelName(), buildWheel({ files, record: () => '' }));
    const count = (code: string) =>
      inspection.findings.filter((finding) => finding.code === code).length;
    assert.equal(count('pth-executable'), 60);
    assert.equal(count('record-unlisted'), 20);
  });

  it('says so where some of the bytes were not looked at', async () => {
    const whole = await inspectBytes(
      wheelName(),
      buildWheel({ files: { 'a\\b.pth': 'import os' } }),
    );
    assert.equal(whole.incomplete, undefined);
    const tail = await inspectBytes(wheelName(), Buffer.concat([buildWheel(), Buffer.from('x')]));
    assert.equal(tail.incomplete, true);
    const method = { method: 12 };
    const packed = buildWheel({
      entries: ([first, ...rest]) => [{ ...first!, local: method, central: method }, ...rest],
    });
    assert.equal((await inspectBytes(wheelName(), packed)).incomplete, true);
    assert.equal((await inspectBytes('x.rpm', Buffer.from('x'))).incomplete, true);
  });

  it('never throws for what is in the bytes', async () => {
    for (const bytes of [Buffer.alloc(0), Buffer.from('PK'), Buffer.alloc(3000, 0x50)])
      for (const name of [wheelName(), 'demo-1.0.tar.gz', 'demo-1.0.tar', 'demo-1.0.zip', 'x.rpm'])
        assert.ok((await inspectBytes(name, bytes)).findings.length > 0, `${name} ${bytes.length}`);
  });

  it('is the same from a file, which is described by its name and bytes', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'wheelgate-inspection-'));
    try {
      const bytes = buildWheel();
      const path = join(folder, wheelName());
      await writeFile(path, bytes);
      const description = await describeFile(path);
      assert.equal(description.size, bytes.length);
      assert.equal(description.sha256, sha256(bytes).toString('hex'));
      assert.equal(description.name.project, 'demo');
      assert.deepEqual(
        await inspectFile(path, description),
        await inspectBytes(wheelName(), bytes),
      );
      await assert.rejects(describeFile(join(folder, '.hidden')), RangeError);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
