import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isSetuptoolsNspkg } from '../../../src/inspection/startup-hooks/nspkg.js';
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

const recognises = (text: string) => isSetuptoolsNspkg(Buffer.from(text));

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
      modern.repeat(1000),
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
});
