import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { namespacesIn } from '../../../src/inspection/startup-hooks/nspkg.js';
import { buildWheel, wheelName } from '../../support/archives/wheel.js';
import { inspectBytes } from '../../support/inspection/inspect.js';

const FOLDER = "os.path.join(sys._getframe(1).f_locals['sitedir'], *";
const TAIL =
  "mp = (m or []) and m.__dict__.setdefault('__path__',[]);(p not in mp) and mp.append(p)";
const SPEC = (name: string) =>
  `sys.modules.setdefault('${name}', importlib.util.module_from_spec(importlib.machinery.PathFinder.find_spec('${name}', [os.path.dirname(p)])))`;
const MODULE = (name: string) => `sys.modules.setdefault('${name}', types.ModuleType('${name}'))`;

/** What setuptools wrote for the package `zope`, by its version. */
const WRITTEN: Readonly<Record<string, string>> = {
  '1.4': `import sys,types,os; p = ${FOLDER}('zope',)); ie = os.path.exists(os.path.join(p,'__init__.py')); m = not ie and sys.modules.setdefault('zope',types.ModuleType('zope')); mp = (m or []) and m.__dict__.setdefault('__path__',[]); (p not in mp) and mp.append(p)\n`,
  '18.0': `import sys, types, os;p = ${FOLDER}('zope',));ie = os.path.exists(os.path.join(p,'__init__.py'));m = not ie and ${MODULE('zope')};${TAIL}\n`,
  '28.8': `import sys, types, os;pep420 = sys.version_info > (3, 3);p = ${FOLDER}('zope',));ie = os.path.exists(os.path.join(p,'__init__.py'));m = not ie and not pep420 and ${MODULE('zope')};${TAIL}\n`,
  '34.0': `import sys, types, os;has_mfs = sys.version_info > (3, 5);p = ${FOLDER}('zope',));importlib = has_mfs and __import__('importlib.util');has_mfs and __import__('importlib.machinery');m = has_mfs and ${SPEC('zope')};m = m or not has_mfs and ${MODULE('zope')};${TAIL}\n`,
  '57.0': `import sys, types, os;has_mfs = sys.version_info > (3, 5);p = ${FOLDER}('zope',));importlib = has_mfs and __import__('importlib.util');has_mfs and __import__('importlib.machinery');m = has_mfs and ${SPEC('zope')};m = m or ${MODULE('zope')};${TAIL}\n`,
  '80.0': `import sys, types, os;p = ${FOLDER}('zope',));importlib = __import__('importlib.util');__import__('importlib.machinery');m = ${SPEC('zope')};m = m or ${MODULE('zope')};${TAIL}\n`,
};

const recognises = (text: string) => namespacesIn(Buffer.from(text)) !== undefined;

describe("setuptools' namespace files", () => {
  for (const [version, text] of Object.entries(WRITTEN))
    it(`of setuptools ${version} are known, with any line end`, () => {
      assert.ok(recognises(text));
      assert.ok(recognises(text.replace('\n', '\r\n')));
    });

  const modern = WRITTEN['57.0']!;
  const nested = `${modern.replaceAll("'zope'", "'zope.app'").replace("('zope.app',)", "('zope', 'app')").trimEnd()};m and setattr(sys.modules['zope'], 'app', m)\n`;

  it('with nested packages are known', () => {
    assert.ok(recognises(nested));
    assert.ok(recognises(modern + nested));
  });

  it('are not known once a byte differs', () => {
    const changed = [
      '',
      modern.trimEnd(),
      `${modern}\n`,
      ` ${modern}`,
      `${modern}import os\n`,
      `${modern.trimEnd()};import evil\n`,
      modern.replace('types', 'typez'),
      modern.replace("find_spec('zope'", "find_spec('evil'"),
      modern.replaceAll("'zope'", "'zo pe'"),
      modern.replaceAll("'zope'", "'zope' if evil() else ''"),
      modern.replaceAll('zope', "zope',evil(),'"),
      modern.replaceAll('zope', 'zo\\x70e'),
      modern.replaceAll('zope', 'zöpe'),
      nested.replace("('zope', 'app')", "('zope','app')"),
      modern + WRITTEN['80.0']!,
      `# a comment\n${modern}`,
    ];
    for (const text of changed) assert.ok(!recognises(text), text.slice(0, 300));
  });

  it('are named as such in their finding, and others are not', async () => {
    const templates = async (content: string) => {
      const wheel = buildWheel({ files: { 'zope.event-4.0-nspkg.pth': content } });
      const { findings } = await inspectBytes(wheelName(), wheel);
      return findings.map((finding) => [finding.code, finding.template]);
    };
    assert.deepEqual(await templates(modern), [['pth-executable', 'setuptools-nspkg']]);
    assert.deepEqual(await templates(`${modern} `), [['pth-executable', undefined]]);
  });

  const templateOf = async (content: string, files: Record<string, string> = {}) => {
    const wheel = buildWheel({ files: { 'x-nspkg.pth': content, ...files } });
    const { findings } = await inspectBytes(wheelName(), wheel);
    return findings.find(({ code }) => code === 'pth-executable')?.template;
  };

  it('excuse a namespace below `google` that is called as a module, and no other', async () => {
    const lines = (top: string) =>
      modern.replaceAll('zope', top) +
      nested
        .replaceAll('zope', top)
        .replaceAll(`${top}.app`, `${top}.logging`)
        .replaceAll("'app'", "'logging'");
    assert.equal(await templateOf(lines('google')), 'setuptools-nspkg');
    assert.equal(await templateOf(lines('demo')), undefined);
    const withModule = { 'google/logging/__init__.py': '' };
    assert.equal(await templateOf(lines('google'), withModule), undefined);
  });

  it('excuse nothing where the wheel has a module or a package at that place, in any form', async () => {
    const both = modern + nested;
    const honest = {
      'zope/app/real/__init__.py': '',
      'zope/real.py': '',
      'zope/app/real.cpython-312-x86_64-linux-gnu.so': '',
      'zope/__init__.pyi': '',
      'zope.txt': '',
      'other/__init__.py': '',
      'other/zope.py': '',
    };
    assert.equal(await templateOf(both, honest), 'setuptools-nspkg');
    for (const path of [
      'zope/__init__.py',
      'zope/__init__.pyc',
      'zope/__init__.cpython-312-x86_64-linux-gnu.so',
      'zope/__init__.pyd',
      'zope/__pycache__/__init__.cpython-312.pyc',
      'zope/app/__init__.py',
      'zope/app/__init__.abi3.so',
      'ZOPE/App/__INIT__.py',
      'zope.so',
      'zope.cpython-312-x86_64-linux-gnu.so',
      'zope.pyd',
      'zope.py',
      'zope.pyc',
      '__pycache__/zope.cpython-312.pyc',
      'zope/app.abi3.so',
      'demo-1.0.data/purelib/zope.so',
      'demo-1.0.data/platlib/zope/app/__init__.so',
    ])
      assert.equal(await templateOf(both, { ...honest, [path]: '' }), undefined, path);
  });

  it('excuse nothing for names of the standard library, or of what runs at the start', async () => {
    const of = (top: string, below: string) =>
      templateOf(
        (modern + nested)
          .replaceAll("'app'", `'${below}'`)
          .replaceAll('zope.app', `${top}.${below}`)
          .replaceAll("'zope", `'${top}`),
      );
    assert.equal(await of('zope', 'app'), 'setuptools-nspkg');
    assert.equal(await of('google', 'cloud'), 'setuptools-nspkg');
    assert.equal(await of('mpl_toolkits', 'x'), 'setuptools-nspkg');
    for (const [top, below] of [
      ['urllib', 'x'],
      ['xml', 'x'],
      ['zope', 'logging'],
      ['distutils', 'x'],
      ['compression', 'x'],
      ['sitecustomize', 'x'],
      ['usercustomize', 'x'],
      ['_distutils_hack', 'x'],
      ['_virtualenv', 'x'],
      ['apport_python_hook', 'x'],
    ] as const)
      assert.equal(await of(top, below), undefined, `${top}.${below}`);
  });
});
