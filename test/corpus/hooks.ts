import { allowedWheel, type CorpusCase, refusedWheel, withFile } from './case.js';

const RUN = 'import os; os.system("true")\n';
const DATA = 'demo-1.0.data';

/** Where an executable `.pth` lands in a site directory, by any installer on any system. */
const LANDS = [
  'demo.pth',
  './demo.pth',
  'a/../demo.pth',
  '../site-packages/demo.pth',
  `${DATA}/purelib/demo.pth`,
  `${DATA}/platlib/demo.pth`,
  'DEMO-1.0.DATA/purelib/demo.pth',
  'other.data/platlib/demo.pth',
  `${DATA}/PureLib/demo.pth`,
  `${DATA}/data/demo.pth`,
  `${DATA}/data/lib/python3.11/site-packages/demo.pth`,
  `${DATA}/data/lib64/python3/dist-packages/demo.pth`,
  `${DATA}/data/local/lib/python3.12/dist-packages/demo.pth`,
  `${DATA}/data/Lib/site-packages/demo.pth`,
  `${DATA}/data/Python311/site-packages/demo.pth`,
  `${DATA}\\purelib\\demo.pth`,
  'a\\..\\demo.pth',
  'demo.PTH',
  'demo.pth.',
  'demo.pth ',
  'demo.pth::$DATA',
  '.demo.pth',
  '.pth',
];

/** Where it lands in no site directory. */
const HARMLESS = [
  'demo/weights/alex.pth',
  `${DATA}/purelib/demo/alex.pth`,
  `${DATA}/data/share/demo/alex.pth`,
  `${DATA}/headers/demo.pth`,
  `${DATA}/scripts/demo.pth`,
  'demo-1.0.dist-info/demo.pth',
  'demo.pth.txt',
  'demopth',
];

/** First lines that some CPython executes. */
const EXECUTED: Readonly<Record<string, string | Buffer>> = {
  'a space': 'import os',
  'a tab': 'import\tos',
  'white space in front (3.15)': '   import os',
  'a no-break space in front': '\u00a0import os',
  'an ideographic space in front': '\u3000import os',
  'a thin space in front': '\u2009import os',
  'a unit separator in front': '\x1fimport os',
  'a BOM': '\ufeffimport os',
  'a BOM and white space': '\ufeff \timport os',
  'a carriage return': 'demo\rimport os',
  'a vertical tab': '# c\x0bimport os',
  'a form feed': '# c\x0cimport os',
  'a file separator': '# c\x1cimport os',
  'a group separator': '# c\x1dimport os',
  'a record separator': '# c\x1eimport os',
  NEL: '# c\u0085import os',
  'a raw NEL': Buffer.from('# c\x85import os', 'latin1'),
  'a line separator': '# c\u2028import os',
  'a paragraph separator': '# c\u2029import os',
  'a comment and a path in front': '# hello\ndemo\n\nimport os',
  'a line of 240 KB': `import base64;exec(base64.b64decode('${'QUFB'.repeat(60_000)}'))`,
  'a long comment in front': `#${'x'.repeat(300_000)}\nimport os`,
  'much white space in front': `${' '.repeat(100_000)}import os`,
  'a bad byte in front': Buffer.from('\xff\nimport os\n', 'latin1'),
};

/** Contents that no CPython executes. */
const IDLE: Readonly<Record<string, string>> = {
  nothing: '',
  'a folder': 'demo\n',
  'folders and comments': '# where it lies\ndemo\n./demo/sub\n',
  'a comment about import': '# import os\n',
  'a word that begins like import': 'imports\nimportlib\nimport_me\n',
  'import without a blank': 'import',
  'import behind a word': 'x; import os\n',
  capitals: 'IMPORT os\n',
  'a unit separator inside a line': 'demo\x1fimport os\n',
  'an absolute folder': '/opt/demo\n',
  'Windows line ends': 'demo\r\n',
};

/** Names with power of their own, and twins without. */
const CUSTOMIZE = [
  'sitecustomize.py',
  'usercustomize.py',
  'sitecustomize.pyc',
  'sitecustomize.so',
  'sitecustomize.abi3.so',
  'usercustomize.cpython-311-x86_64-linux-gnu.so',
  'sitecustomize.pyd',
  'sitecustomize.cp311-win_amd64.pyd',
  'sitecustomize/__init__.py',
  'usercustomize/anything.py',
  'SiteCustomize.py',
  '__pycache__/sitecustomize.cpython-311.pyc',
  `${DATA}/purelib/sitecustomize.py`,
  `${DATA}/data/lib/python3.11/site-packages/usercustomize.py`,
  'ſitecustomize.py',
];
const NOT_CUSTOMIZE = [
  'demo/sitecustomize.py',
  'demo/vendored/usercustomize/__init__.py',
  'sitecustomize.txt',
  'sitecustomizer.py',
  'my_sitecustomize.py',
  `${DATA}/purelib/demo/sitecustomize.py`,
];
const INTERPRETERS = [
  `${DATA}/scripts/python`,
  `${DATA}/scripts/python3`,
  `${DATA}/scripts/python3.11`,
  `${DATA}/scripts/python3.13t`,
  `${DATA}/scripts/Python.EXE`,
  `${DATA}/scripts/pythonw.exe`,
  `${DATA}/scripts/pypy3`,
  `${DATA}/scripts/pyvenv.cfg`,
  `${DATA}/data/pyvenv.cfg`,
  `${DATA}/data/bin/python`,
  `${DATA}/data/Scripts/python.exe`,
  `${DATA}/data/python.exe`,
  `${DATA}/data/python311.dll`,
  `${DATA}/data/python311._pth`,
  `${DATA}/data/lib/python311.zip`,
];
const NOT_INTERPRETERS = [
  `${DATA}/scripts/python-argcomplete-check-easy-install-script`,
  `${DATA}/scripts/demo`,
  `${DATA}/data/etc/demo/python`,
  `${DATA}/data/share/python/demo.txt`,
  'demo/bin/python',
];

export const HOOKS: readonly CorpusCase[] = [
  ...LANDS.map((path) =>
    refusedWheel(`an executable .pth at ${path}`, 'pth-executable', withFile(path, RUN)),
  ),
  ...HARMLESS.map((path) => allowedWheel(`the same bytes at ${path}`, withFile(path, RUN))),
  ...Object.entries(EXECUTED).map(([what, content]) =>
    refusedWheel(`a .pth executed behind ${what}`, 'pth-executable', withFile('demo.pth', content)),
  ),
  ...Object.entries(IDLE).map(([what, content]) =>
    allowedWheel(`a .pth that is ${what}`, withFile('demo.pth', content)),
  ),
  refusedWheel(
    'a .pth in UTF-16',
    'pth-undecodable',
    withFile('demo.pth', Buffer.from('\ufeffdemo\n', 'utf16le')),
  ),
  refusedWheel(
    'a .pth in Latin-1',
    'pth-undecodable',
    withFile('demo.pth', Buffer.from('# gr\xf6\xdfe\n', 'latin1')),
  ),
  refusedWheel(
    'a .pth that is cut within a letter',
    'pth-undecodable',
    withFile('demo.pth', Buffer.from([0x23, 0xc3])),
  ),
  allowedWheel('a .pth in UTF-8', withFile('demo.pth', '# größe\ndemo\n')),
  refusedWheel(
    'a .pth with a line beyond all paths',
    'pth-line-too-long',
    withFile('demo.pth', `${'./'.repeat(10_000)}demo`),
  ),

  refusedWheel('a .start file', 'start-file', withFile('demo.start', 'demo:run\n')),
  refusedWheel(
    'a .start file below purelib',
    'start-file',
    withFile(`${DATA}/purelib/demo.start`, '# c\n demo:run'),
  ),
  refusedWheel('a .start file beside a .pth', 'pth-executable', {
    files: { 'demo.pth': RUN, 'demo.start': 'demo:run' },
  }),
  allowedWheel('a .start file of comments', withFile('demo.start', '# nothing\n\n')),
  allowedWheel('a .start file in a package', withFile('demo/demo.start', 'demo:run\n')),

  ...CUSTOMIZE.map((path) => refusedWheel(`${path}`, 'site-customize', withFile(path))),
  ...NOT_CUSTOMIZE.map((path) => allowedWheel(`${path}`, withFile(path))),
  refusedWheel('a .pth adds a folder with sitecustomize', 'pth-adds-hook-folder', {
    files: { 'demo.pth': 'demo/boot\n', 'demo/boot/sitecustomize.py': '' },
  }),
  refusedWheel('a .pth adds such a folder by a detour', 'pth-adds-hook-folder', {
    files: { 'demo.pth': './demo/../demo/boot/', 'demo/boot/usercustomize/__init__.py': '' },
  }),
  refusedWheel('a .pth adds such a folder in the prefix', 'pth-adds-hook-folder', {
    files: { 'demo.pth': '../../../share/demo', [`${DATA}/data/share/demo/sitecustomize.py`]: '' },
  }),
  refusedWheel('a .pth adds such a folder by its full path', 'pth-adds-hook-folder', {
    files: { 'demo.pth': '/usr/share/demo', [`${DATA}/data/share/demo/sitecustomize.py`]: '' },
  }),
  refusedWheel('a .pth adds an archive of its own', 'pth-adds-hook-folder', {
    files: { 'demo.pth': 'demo/boot.zip', 'demo/boot.zip': 'PK' },
  }),
  allowedWheel('a .pth adds another folder', {
    files: { 'demo.pth': 'demo/lib\n', 'demo/boot/sitecustomize.py': '', 'demo/lib/x.py': '' },
  }),
  refusedWheel(
    'a .pth adds a share',
    'pth-adds-remote-folder',
    withFile('demo.pth', '\\\\host\\share\n'),
  ),
  refusedWheel(
    'a .pth adds a share, with slashes',
    'pth-adds-remote-folder',
    withFile('demo.pth', '//host/share\n'),
  ),

  refusedWheel("setuptools' hook module", 'foreign-hook', withFile('_distutils_hack/__init__.py')),
  refusedWheel(
    "setuptools' hook module under .data",
    'foreign-hook',
    withFile(`${DATA}/platlib/_distutils_hack/__init__.py`),
  ),
  refusedWheel("setuptools' hook as one module", 'foreign-hook', withFile('_distutils_hack.py')),
  refusedWheel("virtualenv's hook module", 'foreign-hook', withFile('_virtualenv.py')),
  allowedWheel('a package that vendors it', withFile('demo/_distutils_hack/__init__.py')),

  ...INTERPRETERS.map((path) => refusedWheel(`${path}`, 'interpreter-shadow', withFile(path))),
  ...NOT_INTERPRETERS.map((path) => allowedWheel(`${path}`, withFile(path))),
  refusedWheel('an entry point named python', 'interpreter-shadow', {
    distInfo: { 'entry_points.txt': '[console_scripts]\npython = demo:run\n' },
  }),
  refusedWheel('a pip.conf in the prefix', 'installer-config', withFile(`${DATA}/data/pip.conf`)),
  allowedWheel('a pip.conf elsewhere', withFile(`${DATA}/data/share/demo/pip.conf`)),
  refusedWheel(
    'a module of the standard library',
    'stdlib-shadow',
    withFile(`${DATA}/data/lib/python3.11/site.py`),
  ),
  refusedWheel(
    'a module of the standard library on Windows',
    'stdlib-shadow',
    withFile(`${DATA}/data/Lib/site.py`),
  ),
  refusedWheel('an encoding', 'stdlib-shadow', withFile(`${DATA}/data/Lib/encodings/__init__.py`)),
  refusedWheel(
    'a library of the interpreter on Windows',
    'stdlib-shadow',
    withFile(`${DATA}/data/DLLs/_socket.pyd`),
  ),
  allowedWheel('a library in the prefix', withFile(`${DATA}/data/lib/libdemo.so`)),
  allowedWheel('a CMake module in the prefix', withFile(`${DATA}/data/lib/cmake/demo/demo.py`)),
];
