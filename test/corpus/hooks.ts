import { buildWheel, type WheelOptions } from '../support/archives/wheel.js';
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

/** Contents of which no CPython makes more than folders that the wheel fills. */
const IDLE: Readonly<Record<string, string>> = {
  nothing: '',
  'a folder': 'demo\n',
  'folders, comments and blank lines': '# where it lies\ndemo\n\n \t\ndemo/sub-1.0/_x\n',
  'a comment about import': '# import os\n',
  'a folder twice, the last line without an end': 'demo\ndemo',
  'Windows line ends': 'demo\r\n# more\r\n',
  'old Mac line ends': 'demo\r# more\r',
};

/** Lines that some Python, on some system, takes for another folder than one that the wheel fills. */
const UNCLEAR: readonly string[] = [
  'other',
  'Demo',
  './demo',
  'demo/',
  'demo//sub',
  'demo/../demo',
  'demo/.',
  '.',
  '..',
  '../../../include/demo',
  ' demo',
  '\tdemo',
  'demo ',
  'demo.',
  'demo\x1f',
  '\x1fdemo',
  'demo\x1c',
  'demo\x0b',
  '\x0cdemo',
  'demo\u0085',
  'demo\u2028',
  '\u2029demo',
  '\u00a0demo',
  '\ufeffdemo',
  ' # demo',
  '# demo\u2028demo',
  'demo\0',
  '/opt/demo',
  '/usr/share/demo',
  'C:demo',
  'C:\\demo',
  'demo:x',
  'DEMO~1',
  'demo\\sub-1.0',
  '~/demo',
  '$HOME/demo',
  '%TEMP%',
  'import',
  'importlib',
  'x; import os',
  'demo\x1fimport os',
  'IMPORT os',
  'd\u00e9mo',
  'de\u200bmo',
  'demo/__init__.py',
  'demo-1.0.dist-info',
  `${DATA}/purelib`,
];

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

/** A wheel whose packages a `.pth` may name. */
function filled(files: Readonly<Record<string, string | Uint8Array>>): WheelOptions {
  return { files: { 'demo/__init__.py': '', 'demo/sub-1.0/_x/mod.py': 'x = 1\n', ...files } };
}

/** Forms of a module that runs at the start, in a folder. */
const FORMS = (name: string) => [
  `${name}.py`,
  `${name}.pyc`,
  `${name}.cpython-312-x86_64-linux-gnu.so`,
  `${name}.pyd`,
  `${name}/__init__.py`,
  `${name}/namespace.txt`,
  `__pycache__/${name}.cpython-312.pyc`,
];

/** Modules that run at the start of many environments. */
const OWNED = [
  '_distutils_hack',
  '_virtualenv',
  'pywin32_bootstrap',
  'apport_python_hook',
  'pip',
  'tomli',
  'truststore',
  'wrapt',
];

/** Where a module of this name is taken from the import path, wherever some honest project is installed. */
const IMPORTABLE = (file: string) => [
  file,
  `win32/${file}`,
  `win32/lib/${file}`,
  `Win32/Lib/${file}`,
  `pythonwin/${file}`,
  `_pdbpp_path_hack/${file}`,
  `cmeel.prefix/lib/python3.12/site-packages/${file}`,
  `cmeel.prefix/lib/python3.12/site-packages/cmeel.prefix/lib/python3.11/site-packages/${file}`,
  `win32/cmeel.prefix/lib/python3.12/site-packages/${file}`,
  `${DATA}/purelib/win32/lib/${file}`,
];

/** What a folder must not hold that a `.pth` adds. */
const IN_ADDED = [
  ...FORMS('sitecustomize'),
  ...FORMS('usercustomize'),
  ...FORMS('_virtualenv'),
  'apport_python_hook.py',
  'SiteCustomize.py',
  ...FORMS('tomli'),
  ...FORMS('msvcrt'),
  '_manylinux.py',
  'google/cloud.abi3.so',
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
    allowedWheel(`a .pth that is ${what}`, filled({ 'demo.pth': content })),
  ),
  ...UNCLEAR.map((line) =>
    refusedWheel(
      `a .pth line ${JSON.stringify(line.slice(0, 40))}`,
      line.includes('\0') ? 'pth-undecodable' : 'pth-adds-unclear-folder',
      filled({ 'demo.pth': `# folders\ndemo\n${line}\n` }),
    ),
  ),
  refusedWheel(
    'a .pth of one line, a folder elsewhere in the wheel',
    'pth-adds-unclear-folder',
    filled({ [`${DATA}/purelib/demo.pth`]: 'demo\n' }),
  ),
  allowedWheel(
    'the same, where the folder lies beside it',
    filled({ [`${DATA}/purelib/demo.pth`]: 'demo\n', [`${DATA}/purelib/demo/x.py`]: '' }),
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
  refusedWheel(
    'a .pth of a megabyte of comments',
    'pth-line-too-long',
    withFile('demo.pth', '# comment\n'.repeat(100_000)),
  ),
  refusedWheel('a folder of more hooks than are told of', 'too-many-hooks', {
    files: Object.fromEntries(
      Array.from({ length: 400 }, (_, index) => [`sitecustomize/m${index}.py`, '']),
    ),
  }),

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
  ...IN_ADDED.flatMap((path) => [
    refusedWheel(`a .pth adds a folder with ${path}`, 'pth-adds-hook-folder', {
      files: { 'demo.pth': 'demo/boot\n', 'demo/boot/x.py': '', [`demo/boot/${path}`]: 'x = 1\n' },
    }),
    allowedWheel(`a .pth adds a folder beside one with ${path}`, {
      files: { 'demo.pth': 'demo/lib\n', [`demo/boot/${path}`]: 'x = 1\n', 'demo/lib/x.py': '' },
    }),
  ]),
  refusedWheel(
    'a .pth adds a folder that another place of the wheel fills too',
    'pth-adds-hook-folder',
    {
      files: {
        'demo.pth': 'boot\n',
        'boot/x.py': '',
        [`${DATA}/platlib/boot/sitecustomize.py`]: '',
      },
    },
  ),
  refusedWheel(
    'a .pth adds a folder whose parent has the hook in a namespace',
    'pth-adds-hook-folder',
    {
      files: { 'demo.pth': 'demo\n', 'demo/sitecustomize/deep/x.txt': '' },
    },
  ),
  refusedWheel('a .pth adds a folder with an archive of another name', 'pth-adds-hook-folder', {
    files: {
      'demo.pth': 'demo/boot\n',
      'demo/boot/data.bin': Buffer.from(`PK\x05\x06${'\0'.repeat(18)}`, 'latin1'),
    },
  }),
  allowedWheel('a .pth adds a folder beside an archive', {
    files: {
      'demo.pth': 'demo/lib\n',
      'demo/lib/x.py': '',
      'demo/data.zip': Buffer.from(`PK\x05\x06${'\0'.repeat(18)}`, 'latin1'),
    },
  }),
  refusedWheel('a .pth adds an archive of its own', 'pth-adds-unclear-folder', {
    files: { 'demo.pth': 'demo/boot.zip', 'demo/boot.zip': 'PK' },
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

  ...OWNED.flatMap((name) => [
    ...FORMS(name).map((path) =>
      refusedWheel(`another's hook as ${path}`, 'foreign-hook', withFile(path)),
    ),
    ...IMPORTABLE(`${name}.py`)
      .slice(1)
      .map((path) => refusedWheel(`another's hook at ${path}`, 'foreign-hook', withFile(path))),
    allowedWheel(`${name} as data`, withFile(`${name}.txt`)),
    allowedWheel(`${name} within a package`, withFile(`demo/${name}.py`)),
  ]),
  ...IMPORTABLE('sitecustomize.py')
    .filter((path) => !path.startsWith('_pdbpp'))
    .slice(1)
    .map((path) => refusedWheel(`a hook at ${path}`, 'site-customize', withFile(path))),
  ...['setuptools', 'pkg_resources', '_manylinux', '_distutils_system_mod'].flatMap((name) => [
    ...FORMS(name).map((path) =>
      refusedWheel(`an installer's module as ${path}`, 'installer-shadow', withFile(path)),
    ),
    refusedWheel(
      `an installer's module ${name} below platlib`,
      'installer-shadow',
      withFile(`${DATA}/platlib/${name}/deep/x.py`),
    ),
    allowedWheel(`a package that vendors ${name}`, withFile(`demo/_vendor/${name}/x.py`)),
    allowedWheel(`a module ${name}_demo`, withFile(`${name}_demo.py`)),
    allowedWheel(`stubs for ${name}`, withFile(`${name}-stubs/x.pyi`)),
  ]),
  ...['pip', 'setuptools'].map((name) => ({
    name: `${name}'s own modules`,
    filename: `${name}-1.0-py3-none-any.whl`,
    bytes: buildWheel({ name, files: { [`${name}/_vendor/x.py`]: '' } }),
    refused: undefined,
  })),
  ...['msvcrt', '_winapi', 'winreg', 'nt', 'pwd', 'termios'].flatMap((name) => [
    ...FORMS(name).map((path) =>
      refusedWheel(`another system's module as ${path}`, 'foreign-hook', withFile(path)),
    ),
    allowedWheel(`${name} within a package`, withFile(`demo/${name}.py`)),
    allowedWheel(`${name} as a stub`, withFile(`${name}.pyi`)),
  ]),
  ...['org.py', 'org/__init__.py', 'org/python/core.py', 'org/python.pyc'].map((path) =>
    refusedWheel(`Jython's modules as ${path}`, 'foreign-hook', withFile(path)),
  ),
  ...['org/demo/x.py', 'org-stubs/__init__.pyi', 'orgs.py'].map((path) =>
    allowedWheel(`${path}, beside Jython's modules`, withFile(path)),
  ),
  ...['readline.py', '_curses.cp312-win_amd64.pyd', 'ntdemo.py', 'grp.txt'].map((path) =>
    allowedWheel(`${path}, which honest wheels have`, withFile(path)),
  ),
  ...[
    'google.abi3.so',
    'google/__init__.cpython-312-x86_64-linux-gnu.so',
    'google/logging.so',
    'Google/Cloud.pyd',
    'mpl_toolkits/__init__.pyd',
    'sphinxcontrib.cp312-win_amd64.pyd',
    `${DATA}/platlib/zope.so`,
  ].map((path) =>
    refusedWheel(`an extension for a namespace at ${path}`, 'foreign-hook', withFile(path)),
  ),
  ...[
    'google/_upb/_message.abi3.so',
    'google/protobuf/pyext/_message.so',
    'zope/interface/_coptimizations.so',
    'googles.so',
    'google/__init__.py',
    'sphinxcontrib.py',
    'demo.abi3.so',
    'demo/__init__.abi3.so',
  ].map((path) => allowedWheel(`a file for a namespace at ${path}`, withFile(path))),
  refusedWheel("virtualenv's hook", 'foreign-hook', withFile('_virtualenv.pth', '# nothing\n')),
  refusedWheel("pywin32's libraries", 'foreign-hook', withFile('pywin32_system32/__init__.py')),
  refusedWheel("pdbpp's folder", 'foreign-hook', withFile('_pdbpp_path_hack/os.py')),
  ...[
    '__editable___x_1_0_finder.py',
    '_editable_impl_x.py',
    '_x_editable.py',
    '_x_editable_loader.py',
  ].map((path) => refusedWheel(`an editable install's ${path}`, 'foreign-hook', withFile(path))),
  allowedWheel('modules with like names', {
    files: {
      'editable.py': '',
      'x_editable.py': '',
      'virtualenv.py': '',
      'demo/__editable__.py': '',
    },
  }),
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
