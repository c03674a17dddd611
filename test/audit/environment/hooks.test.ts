import assert from 'node:assert/strict';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { namespaceLine } from '../../support/archives/namespace-file.js';
import { TestEnvironment } from '../../support/environment.js';

/** setuptools' hook, as shipped with its releases of 2021 to 2024. */
const HONEST = `import os; var = 'SETUPTOOLS_USE_DISTUTILS'; enabled = os.environ.get(var, 'local') == 'local'; enabled and __import__('_distutils_hack').add_shim(); \n`;

describe('start-up hooks of an environment', () => {
  let environment: TestEnvironment;
  beforeEach(async () => {
    environment = await TestEnvironment.make();
  });
  afterEach(() => environment.remove());

  const hooks = async () =>
    (await environment.found()).filter((finding) => finding.startsWith('startup-hook '));

  it('finds an executable .pth, listed or not', async () => {
    await environment.install({ files: { 'demo.pth': 'import os\n' } });
    await environment.write('stray.pth', 'x\x1eimport os');
    await environment.write('.hidden.pth', '\ufeffimport os');
    assert.deepEqual(await hooks(), [
      'startup-hook .hidden.pth',
      'startup-hook demo.pth',
      'startup-hook stray.pth',
    ]);
    const { findings } = await environment.audit();
    assert.match(findings[1]!.detail, /line 1 of demo\.pth runs .*import os \(demo 1\.0\)/);
    assert.equal(findings[1]!.rule, 'startup-hook');
  });

  it('lets a .pth be that only names folders, and model weights below a package', async () => {
    await environment.install({ files: { 'demo.pth': 'demo\n', 'demo/w.pth': 'import os\n' } });
    assert.deepEqual(await hooks(), []);
  });

  it('knows honest hooks by project, name and content together', async () => {
    await environment.install({
      name: 'setuptools',
      files: { 'distutils-precedence.pth': HONEST, '_distutils_hack/__init__.py': '' },
    });
    assert.deepEqual(await environment.found(), []);
    assert.deepEqual(await environment.notes(), ['startup-hook-known']);
  });

  it('knows no hook by its name: altered, or from another project, it is found', async () => {
    await environment.install({
      name: 'setuptools',
      files: { 'distutils-precedence.pth': `${HONEST}#` },
    });
    await environment.install({ name: 'evil', files: { '_distutils_hack/__init__.py': 'evil' } });
    assert.deepEqual(await hooks(), [
      'startup-hook _distutils_hack/__init__.py',
      'startup-hook distutils-precedence.pth',
    ]);
  });

  it('finds who brings what the hook of another project imports', async () => {
    await environment.install({ name: 'coverage', files: { 'coverage/__init__.py': '' } });
    await environment.install({ name: 'demo', files: { 'demo/coverage.py': '' } });
    assert.deepEqual(await hooks(), []);
    await environment.install({ name: 'evil', files: { 'win32/lib/coverage/x.py': '' } });
    const { findings } = await environment.audit();
    const [finding] = findings.filter(({ code }) => code === 'startup-hook');
    assert.equal(finding?.project, 'evil');
    assert.match(finding!.detail, /contains the module coverage, which .*\.pth, .* imports/);
  });

  it('finds a namespace file beside an extension that it would load', async () => {
    const nspkg =
      "import sys, types, os;p = os.path.join(sys._getframe(1).f_locals['sitedir'], *('zope',));importlib = __import__('importlib.util');__import__('importlib.machinery');m = sys.modules.setdefault('zope', importlib.util.module_from_spec(importlib.machinery.PathFinder.find_spec('zope', [os.path.dirname(p)])));m = m or sys.modules.setdefault('zope', types.ModuleType('zope'));mp = (m or []) and m.__dict__.setdefault('__path__',[]);(p not in mp) and mp.append(p)\n";
    await environment.install({ files: { 'demo-nspkg.pth': nspkg, 'zope/demo/__init__.py': '' } });
    assert.deepEqual(await hooks(), []);
    await environment.install({
      name: 'evil',
      files: { 'evil-nspkg.pth': nspkg, 'zope/__init__.abi3.so': '' },
    });
    // The file of the other project now runs the extension, too.
    assert.deepEqual(await hooks(), ['startup-hook demo-nspkg.pth', 'startup-hook evil-nspkg.pth']);
  });

  it('finds a namespace file for which another project has a native module', async () => {
    await environment.install({
      files: { 'demo-nspkg.pth': namespaceLine('ns'), 'ns/demo/__init__.py': '' },
    });
    await environment.install({ name: 'near', files: { 'ns/deep/native.so': '', 'nsx.so': '' } });
    assert.deepEqual(await hooks(), []);
    await environment.install({ name: 'evil', files: { 'ns/__init__.abi3.so': '' } });
    assert.deepEqual(await hooks(), ['startup-hook demo-nspkg.pth']);
  });

  it('takes a hook for nobody’s where the owner’s RECORD has another hash', async () => {
    await environment.install({
      name: 'setuptools',
      files: { 'distutils-precedence.pth': HONEST },
      record: (lines) =>
        lines.map((line) => line.replace(/(precedence\.pth),.*/, '$1,sha256=AA,1')),
    });
    assert.deepEqual(await hooks(), ['startup-hook distutils-precedence.pth']);
  });

  it('finds .start files, sitecustomize and usercustomize in every form', async () => {
    await environment.write('x.start', 'demo:main\n');
    await environment.write('sitecustomize.py', '');
    await environment.write('usercustomize/__init__.py', '');
    assert.deepEqual(await hooks(), [
      'startup-hook sitecustomize.py',
      'startup-hook usercustomize/__init__.py',
      'startup-hook x.start',
    ]);
  });

  it('reads through links, and judges a linked folder by its name', async () => {
    const elsewhere = join(environment.root, 'elsewhere');
    await mkdir(elsewhere);
    await writeFile(join(elsewhere, 'text'), 'import os\n');
    await symlink(join(elsewhere, 'text'), join(environment.site, 'x.pth'));
    await symlink(elsewhere, join(environment.site, 'sitecustomize'));
    await symlink('/nowhere', join(environment.site, 'dangling.pth'));
    assert.deepEqual(await hooks(), [
      'startup-hook dangling.pth',
      'startup-hook sitecustomize',
      'startup-hook x.pth',
    ]);
  });

  it('reads a .pth whose name is not UTF-8', async () => {
    const name = Buffer.concat([Buffer.from(`${environment.site}/`), Buffer.from([0xff])]);
    await writeFile(Buffer.concat([name, Buffer.from('.pth')]), 'import os\n');
    assert.deepEqual(await hooks(), ['startup-hook \\xff.pth']);
  });

  it('follows the folders that a .pth adds, wherever they are', async () => {
    const outside = join(environment.root, 'outside');
    await mkdir(outside);
    await environment.install({ files: { 'demo.pth': `${outside}\n`, 'demo/inner/x.py': '' } });
    assert.deepEqual(await environment.found(), []);
    assert.deepEqual(await environment.notes(), ['path-added']);
    // Another distribution puts the hook where the first one's .pth leads.
    await environment.install({ name: 'second', files: { 'second/sitecustomize.py': '' } });
    await environment.install({ name: 'third', files: { 'third.pth': 'second\n' } });
    await writeFile(join(outside, 'UserCustomize.py'), '');
    await writeFile(join(outside, 'nested.pth'), 'import os\n');
    assert.deepEqual(await hooks(), ['startup-hook demo.pth', 'startup-hook third.pth']);
    assert.deepEqual(await environment.notes(), ['nested-hook', 'path-added']);
  });

  it('honours the policy: a waiver is a note, dry-run too', async () => {
    const { policyOf } = await import('../../policy/support.js');
    await environment.install({ files: { 'demo.pth': 'import os\n' } });
    const waived = policyOf(
      'waivers: [{rule: startup-hook, project: demo, versions: "==1.0", reason: r, owner: o, expires: 2026-12-01}]',
    );
    assert.deepEqual(await environment.found(waived), []);
    assert.deepEqual(await environment.notes(waived), ['startup-hook-tolerated']);
    assert.deepEqual(await environment.found(policyOf('mode: dry-run')), []);
    assert.deepEqual(await environment.found(policyOf()), ['startup-hook demo.pth']);
  });

  it('names virtualenv’s own files, by their content', async () => {
    await environment.write('_virtualenv.pth', 'import _virtualenv');
    assert.deepEqual(await environment.found(), []);
    assert.deepEqual(await environment.notes(), ['virtualenv-hook']);
    await environment.write('_virtualenv.py', 'evil');
    assert.deepEqual(await environment.found(), ['startup-hook _virtualenv.py']);
    await environment.write('_virtualenv.pth', 'import _virtualenv, evil');
    assert.equal((await hooks()).length, 2);
  });
});
