import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { PthScanner } from '../../../src/inspection/startup-hooks/pth-scanner.js';
import { findPythons, runPython } from '../../support/python/pythons.js';

/** Writes each content as a `.pth` into a folder of its own, and says which of them were executed. */
const PROGRAM = `
import base64, json, os, shutil, site, sys, tempfile
executed = []
path = sys.path[:]
root = tempfile.mkdtemp()
try:
    for number, content in enumerate(json.load(sys.stdin)):
        folder = os.path.join(root, str(number))
        os.mkdir(folder)
        with open(os.path.join(folder, "x.pth"), "wb") as file:
            file.write(base64.b64decode(content))
        sys.probe = False
        try:
            site.addsitedir(folder, set())
        except Exception:
            pass
        sys.path[:] = path
        executed.append(bool(sys.probe))
finally:
    shutil.rmtree(root)
print(json.dumps(executed))
`;

/** A UTF-8 locale, and one in which Python knows ASCII only. */
const LOCALES: readonly Readonly<Record<string, string>>[] = [
  { LC_ALL: 'C.UTF-8' },
  { LC_ALL: 'C', PYTHONUTF8: '0', PYTHONCOERCECLOCALE: '0' },
];

const bytes = (text: string) => Buffer.from(text, 'utf8');
const latin = (text: string) => Buffer.from(text, 'latin1');
const STATEMENTS = ['import sys;sys.probe=True', 'import\tsys;sys.probe=True'].map(bytes);
const PIECES = [
  ...STATEMENTS,
  ...['\n', '\r', '\r\n', '\x0b', '\x0c', '\x1c', '\x1d', '\x1e', '\x1f', '\u0085'].map(bytes),
  ...['\u2028', '\u2029', '\ufeff', ' ', '\t', '\u00a0', '\u3000', '\u2009'].map(bytes),
  ...['#', 'demo', 'x;', 'é', '\u200b', '\0', 'import', 'importx '].map(bytes),
  ...['\x85', '\xa0', '\xff', '\xe2\x80', '\xc2'].map(latin),
];

/** What the inspector would refuse: a line that is executed, or content that cannot be judged. */
function isRefused(content: Buffer): boolean {
  const scanner = new PthScanner();
  scanner.write(content);
  const facts = scanner.finish();
  return facts.executable !== undefined || facts.undecodable || facts.content === undefined;
}

describe('.pth files under every CPython here', () => {
  const contents = fc
    .sample(fc.array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 7 }), {
      numRuns: 300,
      seed: 20260401,
    })
    .map((pieces) => Buffer.concat(pieces));
  // Chance alone rarely ends a line just before the statement.
  for (const piece of PIECES)
    for (const front of ['', '# c', 'demo\n'])
      contents.push(Buffer.concat([Buffer.from(front), piece, STATEMENTS[0]!]));
  const encoded = contents.map((content) => content.toString('base64'));

  for (const python of findPythons())
    for (const locale of LOCALES)
      it(`${python.version} (${locale.LC_ALL}) executes none that is let through`, () => {
        const executed = runPython(python, PROGRAM, encoded, locale) as boolean[];
        const missed = contents.filter((content, i) => executed[i] && !isRefused(content));
        assert.deepEqual(
          missed.map((content) => content.toString('latin1')),
          [],
        );
        assert.ok(executed.some(Boolean), 'the probe works');
      });
});
