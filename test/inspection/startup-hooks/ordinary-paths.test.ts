import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { FindingList } from '../../../src/inspection/finding-list.js';
import { HookPaths } from '../../../src/inspection/startup-hooks/hook-paths.js';
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
  'x.zip',
  'x.egg',
  'x.whl',
  'x.pyz',
  'x.zip. ',
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
  '.\u2126',
  'x.\uff50th',
];

const path = fc
  .array(fc.tuple(fc.constantFrom(...PIECES), fc.constantFrom('/', '/', '/', '\\', '')), {
    minLength: 1,
    maxLength: 6,
  })
  .map((parts) => parts.flat().join(''));

/** Whether the long look finds anything in a path: a power, or a place that a `.pth` must not add. */
function hasPower(member: string): boolean {
  const places = landings(member);
  if (places.some((landing) => powerOf(landing, undefined) !== undefined)) return true;
  const findings = new FindingList();
  const paths = new HookPaths(findings);
  paths.seeMember(places);
  // It leaves the site directory for an unknown folder: any place with power is within its reach.
  paths.seePth('x.pth', ['..'], {});
  paths.finish();
  return findings.all.length > 0;
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

  it('is what nearly all members have, and none of those with power', () => {
    for (const member of ['demo/__init__.py', 'demo-1.0.dist-info/RECORD', 'a/b/c.cpython-312.so'])
      assert.ok(isOrdinary(member) && !hasPower(member), member);
    for (const member of [
      'x.pth',
      'demo-1.0.data/scripts/python3',
      'p/sitecustomize.py',
      'p/x.zip',
    ])
      assert.ok(!isOrdinary(member) && hasPower(member), member);
  });
});
