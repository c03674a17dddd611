import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Excerpt } from '../../../src/domain/finding.js';
import { PthScanner } from '../../../src/inspection/startup-hooks/pth-scanner.js';
import { buildSdist, buildWheel, type Distribution } from '../../support/distributions.js';
import { inspectBytes } from '../../support/inspection/inspect.js';

async function excerptOf(
  { filename, bytes }: Distribution,
  code: string,
): Promise<Excerpt | undefined> {
  const { findings } = await inspectBytes(filename, bytes);
  const found = findings.find((finding) => finding.code === code);
  assert.ok(found, `no ${code} among ${findings.map((finding) => finding.code)}`);
  return found.excerpt;
}

const textOf = ({ base64 }: Excerpt) => Buffer.from(base64, 'base64').toString('latin1');

function wheelWith(files: Readonly<Record<string, string | Buffer>>): Distribution {
  return buildWheel({ files: { 'demo/__init__.py': '', ...files } });
}

describe('the excerpt of a finding', () => {
  it('is the very line of a .pth that runs, with its place', async () => {
    const pth = '\ufeff# harmless\r\ndemo\n \t\u00a0import os; os.system("x")\nimport more\n';
    const excerpt = await excerptOf(wheelWith({ 'x.pth': pth }), 'pth-executable');
    const line = ' \t\u00a0import os; os.system("x")';
    assert.deepEqual(excerpt, {
      base64: Buffer.from(line).toString('base64'),
      offset: Buffer.from(pth).indexOf(line),
      line: 4,
      lineLength: Buffer.byteLength(line),
      truncated: false,
    });
  });

  it('keeps both ends of a line of any length, and never more than 512 bytes', async () => {
    const line = `import os;exec("${'A'.repeat(240_000)}".decode())`;
    for (const [files, code] of [
      [{ 'x.pth': `a\n${line}` }, 'pth-executable'],
      [{ 'x.start': `# a\n${line}\n` }, 'start-file'],
    ] as const) {
      const excerpt = (await excerptOf(wheelWith(files), code))!;
      const { tail = '' } = excerpt;
      assert.equal(excerpt.lineLength, line.length);
      assert.ok(excerpt.truncated);
      assert.ok(textOf(excerpt).startsWith('import os;exec("AAA'));
      assert.ok(Buffer.from(tail, 'base64').toString().endsWith('AAA".decode())'));
      assert.equal(Buffer.from(excerpt.base64 + tail, 'base64').length, 512);
    }
  });

  it('is the same however the content comes in', () => {
    const bytes = Buffer.from(`demo\n${' '.repeat(300)}import os;${'x'.repeat(300)}\u2028demo\n`);
    const whole = new PthScanner();
    whole.write(bytes);
    const { executable } = whole.finish();
    assert.equal(executable?.excerpt.offset, 5);
    for (const size of [1, 2, 7, 100, 511]) {
      const scanner = new PthScanner();
      for (let at = 0; at < bytes.length; at += size) scanner.write(bytes.subarray(at, at + size));
      assert.deepEqual(scanner.finish().executable, executable);
    }
  });

  it('is the line of a .pth that leads elsewhere', async () => {
    const excerpt = await excerptOf(
      wheelWith({ 'x.pth': 'demo\r\n\r\n../elsewhere\r\n' }),
      'pth-adds-unclear-folder',
    );
    assert.deepEqual(excerpt, {
      base64: Buffer.from('../elsewhere').toString('base64'),
      offset: 8,
      line: 3,
      lineLength: 12,
      truncated: false,
    });
  });

  it('is the beginning of a file that is evidence as a whole, from its first line', async () => {
    const text = '\n \n"""A doc."""\nimport socket\n';
    const excerpt = (await excerptOf(wheelWith({ 'sitecustomize.py': text }), 'site-customize'))!;
    assert.equal(textOf(excerpt), '"""A doc."""\nimport socket\n');
    assert.deepEqual([excerpt.offset, excerpt.line, excerpt.lineLength], [3, 3, 12]);
    assert.equal(excerpt.truncated, false);
  });

  it('tells the length of a first line that goes on behind what is kept', async () => {
    const text = `x = "${'A'.repeat(9_000)}"\nmore\n`;
    const excerpt = (await excerptOf(wheelWith({ 'sitecustomize.py': text }), 'site-customize'))!;
    assert.deepEqual([excerpt.lineLength, excerpt.truncated], [9_006, true]);
    assert.equal(textOf(excerpt).length, 512);
  });

  it('is the beginning of a .pth that is no text', async () => {
    const bytes = Buffer.from('\ufeffimport os\n', 'utf16le');
    const excerpt = (await excerptOf(wheelWith({ 'x.pth': bytes }), 'pth-undecodable'))!;
    assert.equal(textOf(excerpt), bytes.toString('latin1'));
  });

  it('is there in sdists, too', async () => {
    const sdist = buildSdist({ files: { 'src/x.pth': 'import os\n' } });
    assert.equal(textOf((await excerptOf(sdist, 'pth-executable'))!), 'import os');
  });

  it('is absent where an empty file is the finding', async () => {
    assert.equal(
      await excerptOf(wheelWith({ 'sitecustomize.py': '' }), 'site-customize'),
      undefined,
    );
  });
});
