import { buildZip } from '../support/archives/zip.js';
import {
  allowedSdist,
  allowedWheel,
  type CorpusCase,
  refusedSdist,
  refusedWheel,
  sdistFile,
  withFile,
} from './case.js';

/** Paths that mean another file on another system, or none. */
const REFUSED = {
  'member-name-reserved': [
    'a1:x.pth',
    'ab:cd/x.py',
    'demo/__init__.py::$DATA',
    'demo/x.py:stream',
    'demo/what?.txt',
    'demo/star*.txt',
    'demo/a<b.txt',
    'demo/a>b.txt',
    'demo/a|b.txt',
    'demo/a"b.txt',
    'demo/con',
    'demo/CON.txt',
    'demo/aux/x.py',
    'demo/nul.tar.gz',
    'demo/prn .txt',
    'demo/com1',
    'demo/LPT9.h',
    'demo/COM\u00b9.txt',
    'demo/lpt\u00b3',
    'demo/conin$',
    'demo/CONOUT$.txt',
  ],
  'member-name-edge': [
    'demo/x.py.',
    'demo/x.py ',
    'demo./x.py',
    'demo /x.py',
    'demo/...',
    ' demo/x.py',
    'demo/ x.py',
    'demo.pth .',
  ],
  'member-name-short': [
    'demo/SITECU~1.PY',
    'DISTUT~1.PTH',
    'PROGRA~1/x.txt',
    'demo/x~12',
    'demo-1.0.data/data/share/SITE-P~1/x.txt',
  ],
  'member-name-form': [
    'demo/u\u0308ber.txt',
    'demo/\u212bngstrom.txt',
    'demo/\u212aelvin.txt',
    'demo/\u1112\u1161\u11ab.txt',
  ],
  'member-name-character': [
    'demo/\ud83d\ude00.txt',
    'demo/a\u2215b.txt',
    'demo/x\uff0epth',
    'demo/a\u00a0b.txt',
    'demo/a\u3164b.txt',
    'demo/a\ufe0fb.txt',
    'demo/a\u034fb.txt',
    'demo/\u0301.txt',
    'demo/\ue000.txt',
    'demo/a\u2024py',
  ],
  'member-name-segment': ['./demo/x.py', 'demo/./x.py', 'demo//x.py', 'demo/.//x.py'],
  'member-name-long': [`demo/${'x'.repeat(253)}.py`, `demo/${'\u00fc'.repeat(130)}.py`],
} as const;

/** Their honest twins. */
const ALLOWED = [
  'demo/größe.txt',
  'demo/straße/\u540d\u524d.txt',
  'demo/\u0928\u092e\u0938\u094d\u0924\u0947.txt',
  'demo/\u0645\u0631\u062d\u0628\u0627.txt',
  'demo/\u0e20\u0e32\u0e29\u0e32.txt',
  'demo/\ud55c.txt',
  'demo/\u00fcber.txt',
  'demo/a b c.txt',
  "demo/it's (1) [2] {3} #4 %5 &6 !7 @8 ^9 $0 +- =~,;`.txt",
  'demo/.hidden/x..y/..z',
  'demo/x.py~',
  'demo/~x/y~z1.txt',
  'demo/~1x.txt',
  'demo/console.py',
  'demo/auxiliary/x.py',
  'demo/com10.txt',
  'demo/comx/nulls.txt',
  'demo/lpt/con1.txt',
  `demo/${'x'.repeat(252)}.py`,
  'demo/_.__init__.py',
];

/** What an sdist may call its files: it is unpacked here and now, and only what is built from it is installed. */
const SDIST_FIXTURES = [
  'tests/a:b.txt',
  'tests/aux.h',
  'tests/x.txt.',
  'tests/u\u0308.txt',
  'tests/\ud83d\ude00.txt',
  'tests/x~1.txt',
];

export const NAMES: readonly CorpusCase[] = [
  ...Object.entries(REFUSED).flatMap(([code, paths]) =>
    paths.map((path) =>
      refusedWheel(
        `the name ${JSON.stringify(path).slice(0, 60)}`,
        code as keyof typeof REFUSED,
        withFile(path),
      ),
    ),
  ),
  ...ALLOWED.map((path) => allowedWheel(`the name ${path.slice(0, 60)}`, withFile(path))),
  refusedWheel('a folder of no file that ends in a dot', 'member-name-edge', {
    entries: (entries) => [{ name: 'demo./' }, ...entries],
  }),
  ...SDIST_FIXTURES.map((path) => allowedSdist(`a fixture named ${path}`, sdistFile(path, 'x\n'))),
  ...['hook.PTH.', 'hook.pth:a', 'a:hook.pth', 'hook.\u017ft\u0430rt/../hook.pth\u3164'].map(
    (path) =>
      refusedSdist(
        `a hook in an sdist named ${path}`,
        'pth-executable',
        sdistFile(path, 'import os\n'),
      ),
  ),
  {
    name: 'a fixture with a colon in a zip sdist',
    filename: 'demo-1.0.zip',
    bytes: buildZip([
      { name: 'demo-1.0/PKG-INFO', content: 'Metadata-Version: 1.0\nName: demo\nVersion: 1.0\n' },
      { name: 'demo-1.0/setup.py', content: 'from setuptools import setup\nsetup()\n' },
      { name: 'demo-1.0/tests/a:b.txt', content: 'x' },
    ]),
    refused: undefined,
  },
];
