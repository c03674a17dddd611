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

/**
 * Says for each content what `site` puts on the import path where every path exists: once as it is here, once with
 * the way in which Windows joins paths. Undefined where it failed: then nothing behind the failure counts.
 */
const ADDED = `
import base64, json, ntpath, os, posixpath, site, sys, tempfile
os.path.exists = lambda path: True

def windows(*paths):
    path = ntpath.normpath(ntpath.join("C:\\\\site", *paths[1:]))
    return path, ntpath.normcase(path)

here, before, answers = site.makepath, sys.path[:], []
with tempfile.TemporaryDirectory() as folder:
    folder = os.path.realpath(folder)
    for content in json.load(sys.stdin):
        with open(os.path.join(folder, "x.pth"), "wb") as file:
            file.write(base64.b64decode(content))
        added = {}
        for name, makepath, root in (("posix", here, folder), ("windows", windows, "C:\\\\site")):
            site.makepath, sys.path[:] = makepath, []
            try:
                sys.stderr = open(os.devnull, "w")
                site.addpackage(folder, "x.pth", set())
            except Exception:
                pass
            added[name] = [path.replace(root, "", 1).replace("\\\\", "/") for path in sys.path]
        site.makepath = here
        answers.append(added)
sys.path[:] = before
print(json.dumps(answers))
`;

interface Added {
  readonly posix: readonly string[];
  readonly windows: readonly string[];
}

const SPELLINGS = [
  ...['demo', 'demo', 'a', '_x', 'b-1.0', 'C:', 'DEMO~1', 'con', 'caf\u00e9', '~', '$HOME'].map(
    bytes,
  ),
  ...['/', '/', '\\', '//', '.', '..', './', '../', ':', '#', '# c', '\0', '%TEMP%', '*'].map(
    bytes,
  ),
  ...['\n', '\n', '\n', '\r', '\r\n', '\x0b', '\x0c', '\x1c', '\x1d', '\x1e', '\x1f'].map(bytes),
  ...['\u0085', '\u2028', '\u2029', '\ufeff', ' ', '\t', '\u00a0', '\u3000', '\u2009'].map(bytes),
  ...['\u200b', '\u202e', 'import', 'importlib', 'im port'].map(bytes),
  ...['\x85', '\xa0', '\xff'].map(latin),
];

/** The folders that the inspector takes a content to add and nothing else; undefined where it has a doubt. */
function plainFolders(content: Buffer): string[] | undefined {
  const scanner = new PthScanner();
  scanner.write(content);
  const { executable, undecodable, lines } = scanner.finish();
  if (executable !== undefined || undecodable || !lines.every(({ isPlain }) => isPlain))
    return undefined;
  return lines.map(({ text }) => `/${text}`);
}

describe('path lines of .pth files under every CPython here', () => {
  const contents = fc
    .sample(fc.array(fc.constantFrom(...SPELLINGS), { minLength: 1, maxLength: 6 }), {
      numRuns: 800,
      seed: 20260402,
    })
    .map((pieces) => Buffer.concat(pieces));
  for (const piece of SPELLINGS)
    for (const [front, back] of [
      ['', 'demo'],
      ['demo', ''],
      ['de', 'mo'],
      ['demo/', '/a'],
      ['# c', 'demo'],
      ['demo\n', '\ndemo/a\n'],
    ] as const)
      contents.push(Buffer.concat([Buffer.from(front), piece, Buffer.from(back)]));
  const plain = contents.map(plainFolders);
  const encoded = contents.map((content) => content.toString('base64'));

  for (const python of findPythons())
    it(`${python.version} adds just the folders that the inspector names, where it names all`, () => {
      const added = runPython(python, ADDED, encoded, { LC_ALL: 'C.UTF-8' }) as Added[];
      let compared = 0;
      for (const [index, folders] of plain.entries()) {
        if (folders === undefined) continue;
        const expected = new Set(folders);
        // A blank line is the site directory itself.
        for (const paths of [added[index]!.posix, added[index]!.windows])
          assert.deepEqual(
            new Set(paths.filter((path) => path !== '')),
            expected,
            JSON.stringify(contents[index]!.toString('latin1')),
          );
        if (folders.length > 0) compared++;
      }
      assert.ok(compared > 30 && added.some(({ posix }) => posix.length > 1), 'the probe works');
      const doubtful = added.filter(
        ({ posix }, index) => posix.length > 0 && plain[index] === undefined,
      );
      assert.ok(doubtful.length > 150, 'and knows many lines that are doubt');
    });
});
