import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { BroughtModules } from '../../../src/inspection/startup-hooks/brought-modules.js';
import { landings } from '../../../src/inspection/startup-hooks/landing.js';
import { isOrdinary } from '../../../src/inspection/startup-hooks/ordinary-paths.js';
import { powerOf } from '../../../src/inspection/startup-hooks/powerful-names.js';

const RUNS = Number(process.env.FUZZ_RUNS ?? 1500);
const SEED = Number(process.env.FUZZ_SEED ?? 829);

/** What paths with power, and those that resemble them, are made of. */
const PIECES = [
  'demo',
  'x',
  'a.b',
  '.',
  '..',
  '. ',
  ' ',
  '',
  ':',
  '::$DATA',
  '\\',
  'C:',
  '.pth',
  'x.pth',
  'X.PTH',
  'x.pth.',
  'x.start',
  'pth',
  'sitecustomize',
  'SiteCustomize.py',
  'usercustomize',
  'sitecustomize.so',
  '__pycache__',
  'usercustomize.cpython-312.pyc',
  '_distutils_hack',
  '_distutils_hack.py',
  '_virtualenv.py',
  '_Virtualenv.pth',
  'win32',
  'lib',
  'Lib',
  'pywin32_bootstrap.py',
  'apport_python_hook',
  'apport_python_hook.py',
  '__editable___x_finder.py',
  '_x_editable.py',
  'pywin32_system32',
  'pythonwin',
  'cmeel.prefix',
  '_pdbpp_path_hack',
  '__pycache__',
  'coverage.py',
  'pip',
  'wrapt.py',
  'truststore',
  'Coverage',
  'x.so',
  'demo-1.0.data',
  'DEMO.DATA',
  '.data',
  'x.data. ',
  'purelib',
  'platlib',
  'data',
  'scripts',
  'headers',
  'bin',
  'python3',
  'python.exe',
  'python312.zip',
  'pyvenv.cfg',
  'pip.conf',
  'pip.ini',
  'lib64',
  'python3.12',
  'site-packages',
  'dist-packages',
  'encodings',
  'DLLs',
  'x.pyd',
  '\u017fitecu\u017ftomize',
  'EGG-INFO',
  'x._pth',
  'X._PTH',
  'pyvenv.cfg',
  'logging.py',
  'activate',
  'pip',
  'share',
  'x.dll',
  'x:y.pth',
  '.\u2126',
  'x.\uff50th',
];

const path = fc
  .array(fc.tuple(fc.constantFrom(...PIECES), fc.constantFrom('/', '/', '/', '\\', '')), {
    minLength: 1,
    maxLength: 6,
  })
  .map((parts) => parts.flat().join(''));

/** Whether the long look finds a power in a path. */
function hasPower(member: string): boolean {
  return landings(member).some((landing) => powerOf(landing, undefined) !== undefined);
}

/** The modules that the long look finds. */
function modulesOf(member: string): readonly string[] {
  const modules = new BroughtModules();
  for (const { place, path } of landings(member)) if (place === 'site') modules.see(path);
  return modules.names;
}

describe('an ordinary path', () => {
  it('has no power by the long look either', () => {
    fc.assert(
      fc.property(path, (member) => {
        fc.pre(isOrdinary(member));
        assert.equal(hasPower(member), false);
      }),
      { numRuns: RUNS * 5, seed: SEED },
    );
  });

  it('brings the same modules by the long look', () => {
    fc.assert(
      fc.property(fc.array(path, { minLength: 1, maxLength: 4 }), (members) => {
        const ordinary = members.filter((member) => !member.endsWith('/') && isOrdinary(member));
        const modules = new BroughtModules();
        for (const member of ordinary) modules.seeOrdinary(member);
        assert.deepEqual(modules.names, [...new Set(ordinary.flatMap(modulesOf))].sort());
      }),
      { numRuns: RUNS * 3, seed: SEED },
    );
  });

  it('is what nearly all members have, and none of those with power', () => {
    for (const member of ['demo/__init__.py', 'demo-1.0.dist-info/RECORD', 'a/b/c.cpython-312.so'])
      assert.ok(isOrdinary(member) && !hasPower(member), member);
    for (const member of ['x.pth', 'demo-1.0.data/scripts/python3', 'win32/lib/sitecustomize.py'])
      assert.ok(!isOrdinary(member) && hasPower(member), member);
  });
});
