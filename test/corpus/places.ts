import { buildWheel, type WheelOptions } from '../support/archives/wheel.js';
import { allowedWheel, type CorpusCase, refusedWheel, withFile } from './case.js';

const DATA = 'demo-1.0.data';
const scripts = (...names: string[]): WheelOptions => ({
  distInfo: {
    'entry_points.txt': `[console_scripts]\n${names.map((name) => `${name} = demo:run\n`).join('')}`,
  },
});

/** Files below the prefix that no honest wheel has: the interpreter's, its libraries', its settings'. */
const REFUSED_DATA = {
  'interpreter-shadow': [
    'lib/libpython3.12.so.1.0',
    'lib/libpython3.12.so.1.0._pth',
    'lib/libpython3.so',
    'lib/libpython3.12.dylib',
    'lib64/libpython3.12.so',
    'bin/python3.12._pth',
    'bin/anything._pth',
    'python312.zip',
    'lib/python312.zip',
    'python._pth',
    'pybuilddir.txt',
    'bin/pybuilddir.txt',
    'Python',
    'python3.dll',
    'python_d.exe',
    'bin/python3.12-config',
    'bin/pydoc3',
    'Scripts/version.dll',
    'Scripts/python.exe.local',
    'bin/python3.12.exe.manifest',
  ],
  'stdlib-shadow': [
    'lib/python3.12/logging/__init__.py',
    'lib/python3.12/lib-dynload/_socket.so',
    'lib/python3.12/__pycache__/os.cpython-312.pyc',
    'lib/pypy3.10/os.py',
    'Lib/logging/__init__.py',
    'Lib/os.py',
    'Lib/__pycache__/os.cpython-312.pyc',
    'DLLs/anything.txt',
  ],
  'environment-shadow': ['bin/activate', 'Scripts/Activate.ps1', 'Scripts/deactivate.bat'],
  'installer-shadow': ['bin/pip', 'Scripts/pip3.exe', 'bin/uv'],
  'script-shadows-module': ['bin/logging.py', 'Scripts/logging.pyd'],
  'data-place-unknown': [
    'Resources/Python.app/Contents/MacOS/Python',
    'Lib/anything.py',
    'lib/anything/x.py',
    'lib/anything.zip',
    'lib/libz.so.1',
    'lib/libssl.3.dylib',
    'lib/libffi.so.8',
    'lib/libc.so.6',
    'lib/python3.12/site-packages/demo/x.py',
    'local/lib/x.so',
    'version.dll',
    'Library/bin/vcruntime140.dll',
    'Library/bin/python312.dll',
    'Library/bin/libcrypto-3-x64.dll',
    'Library/ssl/openssl.cnf',
    'conda-meta/state',
    'opt/python@3.12/bin/x',
    'Frameworks/Python.framework/x',
    'tcl/tcl8.6/init.tcl',
    'etc/pip.conf',
    'etc/xdg/pip/pip.conf',
    'etc/uv/uv.toml',
    'etc/python3.12/sitecustomize.py',
    'etc/openssl/openssl.cnf',
    'etc/ld.so.conf.d/demo.conf',
    'etc/profile.d/demo.sh',
    'share/uv/python/cpython-3.12/bin/python3',
    'share/virtualenv/wheel/x.txt',
    'include/python3.12/pyconfig.h',
    'include/python3.12/cpython/object.h',
    'Include/Python.h',
    'bin/folder/x.sh',
    'requests/__init__.py',
    'demo.txt.py',
  ],
} as const;

const ALLOWED_DATA = [
  'share/jupyter/kernels/demo/kernel.json',
  'share/jupyter/labextensions/demo/package.json',
  'share/doc/demo/README.txt',
  'share/man/man1/demo.1',
  'share/uvicorn/x.txt',
  'etc/jupyter/jupyter_server_config.d/demo.json',
  'etc/demo/demo.conf',
  'etc/pipeline.conf',
  'etc/conda/activate.d/demo.sh',
  'etc/bash_completion.d/demo',
  'include/demo.h',
  'include/python3.12/demo/demo.h',
  'include/demo/internal/x.h',
  'man/man1/demo.1',
  'lib/libdemo.so.3.20',
  'lib/libdemo.a',
  'lib/libdemo.3.dylib',
  'lib/libdemo.dbg',
  'lib/libz3.so',
  'lib/libcrane.so',
  'lib/libtklib.so',
  'lib/icx-lto.so',
  'lib/mpi/libdemo.so',
  'lib/pkgconfig/demo.pc',
  'lib/cmake/demo/demo-config.cmake',
  'Library/bin/demo.2.dll',
  'Library/lib/demo.lib',
  'Library/share/demo/x.txt',
  'Library/include/demo.h',
  'opt/compiler/include/omp.h',
  'bin/demo',
  'bin/pythonlike',
  'Scripts/demo.exe',
  'demo/lib/libdemo.so',
  'LICENSE',
  'README.md',
];

/** Scripts that are somebody else's, as files and as entry points. */
const REFUSED_SCRIPTS = {
  'script-shadows-module': [
    'logging.py',
    'LOGGING.PY',
    'logging.pyc',
    'logging.pyw',
    'logging.so',
    'logging.abi3.so',
    'logging.cpython-312-x86_64-linux-gnu.so',
    'os.pyd',
    '_socket.py',
    'distutils.py',
    'pip.py',
    'setuptools.py',
    'pkg_resources.py',
  ],
  'environment-shadow': [
    'activate',
    'Activate.ps1',
    'activate.bat',
    'activate.fish',
    'activate_this.py',
    'deactivate.bat',
  ],
  'installer-shadow': ['pip', 'pip3', 'pip3.12', 'easy_install', 'uv', 'uvx', 'poetry', 'pdm'],
  'interpreter-shadow': [
    'python3.12._pth',
    'x._pth',
    'pythonw',
    'python3-config',
    'pydoc',
    'idle3.12',
    '2to3',
    'python3.12t',
    'python312.dll',
    'vcruntime140.dll',
    'version.dll',
  ],
} as const;

const ALLOWED_SCRIPTS = [
  'demo',
  'demo.py',
  'rst2html.py',
  'django-admin.py',
  'logging',
  'logging.sh',
  'logging-demo.py',
  'python-argcomplete-demo',
  'pythonz',
  'activate-global-python-argcomplete',
  'pip-compile',
  'pipx',
  'uvicorn',
  'demo.exe',
  'libdemo.dll',
  'my demo',
];

export const PLACES: readonly CorpusCase[] = [
  ...Object.entries(REFUSED_DATA).flatMap(([code, paths]) =>
    paths.map((path) =>
      refusedWheel(
        `${path} in the prefix`,
        code as keyof typeof REFUSED_DATA,
        withFile(`${DATA}/data/${path}`),
      ),
    ),
  ),
  ...ALLOWED_DATA.map((path) =>
    allowedWheel(`${path} in the prefix`, withFile(`${DATA}/data/${path}`)),
  ),
  ...Object.entries(REFUSED_SCRIPTS).flatMap(([code, names]) =>
    names.flatMap((name) => [
      refusedWheel(
        `a script named ${name}`,
        code as keyof typeof REFUSED_SCRIPTS,
        withFile(`${DATA}/scripts/${name}`),
      ),
      refusedWheel(
        `an entry point named ${name}`,
        code as keyof typeof REFUSED_SCRIPTS,
        scripts('demo', name),
      ),
    ]),
  ),
  ...ALLOWED_SCRIPTS.map((name) =>
    allowedWheel(`a script named ${name}`, withFile(`${DATA}/scripts/${name}`)),
  ),
  // But for the one with a blank, of which distlib takes the last word only.
  allowedWheel(
    'entry points of such names',
    scripts(...ALLOWED_SCRIPTS.filter((name) => !name.includes(' '))),
  ),
  {
    name: "pip's own scripts",
    filename: 'pip-1.0-py3-none-any.whl',
    bytes: buildWheel({ name: 'pip', ...scripts('pip', 'pip3') }),
    refused: undefined,
  },
  refusedWheel('a folder below the scripts', 'data-place-unknown', withFile(`${DATA}/scripts/a/b`)),
  refusedWheel(
    'an entry point that Windows calls otherwise',
    'metadata-entry-point',
    scripts('demo.'),
  ),
  allowedWheel('headers of any kind', withFile(`${DATA}/headers/logging.py`)),
  {
    name: "a script in an egg that is the standard library's",
    filename: 'demo-1.0-py3.8.egg',
    bytes: buildWheel(withFile('EGG-INFO/scripts/logging.py')),
    refused: 'script-shadows-module',
  },
  {
    name: 'a script in an egg',
    filename: 'demo-1.0-py3.8.egg',
    bytes: buildWheel(withFile('EGG-INFO/scripts/demo.py')),
    refused: undefined,
  },

  ...['other-1.0.data', 'DEMO-1.0.data', 'demo-1.0.DATA', 'demo-1.0.0.data', '.data'].map(
    (folder) =>
      refusedWheel(
        `a .data folder named ${folder}`,
        'metadata-data-folder',
        withFile(`${folder}/purelib/demo/x.py`),
      ),
  ),
  refusedWheel('a second .data folder', 'metadata-data-folder', {
    files: { [`${DATA}/purelib/demo/x.py`]: '', 'a.data/purelib/demo/y.py': '' },
  }),
  refusedWheel(
    'a scheme that nobody knows',
    'metadata-data-folder',
    withFile(`${DATA}/other/x.py`),
  ),
  refusedWheel(
    'a scheme in capitals',
    'metadata-data-folder',
    withFile(`${DATA}/PureLib/demo/x.py`),
  ),
  refusedWheel('a file in no scheme', 'metadata-data-folder', withFile(`${DATA}/x.py`)),
  allowedWheel('files in every scheme', {
    files: {
      [`${DATA}/purelib/demo/a.py`]: '',
      [`${DATA}/platlib/demo/b.py`]: '',
      [`${DATA}/headers/demo.h`]: '',
      [`${DATA}/scripts/demo`]: '',
      [`${DATA}/data/share/demo/x`]: '',
    },
  }),
  allowedWheel('a .data folder beside a .dist-info in another spelling', {
    folder: 'Demo-1.0.0.dist-info',
    files: { 'Demo-1.0.0.data/purelib/demo/x.py': '' },
  }),
  refusedWheel(
    'a .data folder that is spelled otherwise than the .dist-info',
    'metadata-data-folder',
    {
      folder: 'Demo-1.0.dist-info',
      files: { [`${DATA}/purelib/demo/x.py`]: '' },
    },
  ),
  allowedWheel('a package folder named data', withFile('data/purelib/x.py')),

  ...[
    'other-1.0.egg-info/PKG-INFO',
    'other.egg-info',
    'other-1.0.DIST-INFO',
    'other.egg-link',
    'other-1.0-py3.8.egg/EGG-INFO/PKG-INFO',
    'other-1.0-py3.8.egg',
    `${DATA}/purelib/other-1.0.dist-info/METADATA`,
    `${DATA}/platlib/other-1.0.egg-info/entry_points.txt`,
    `${DATA}/purelib/demo-1.0.dist-info/METADATA`,
    `${DATA}/data/lib/python3.12/site-packages/other-1.0.dist-info/METADATA`,
    `${DATA}/data/Lib/site-packages/other-1.0.dist-info/METADATA`,
  ].map((path) =>
    refusedWheel(
      `metadata at ${path}`,
      'metadata-other-distribution',
      withFile(path, 'Name: other\nVersion: 1.0\n'),
    ),
  ),
  ...['demo-1.0-py3.8.egg-info/PKG-INFO', 'Demo.egg-info/PKG-INFO', 'demo/other.egg-info/x'].map(
    (path) => allowedWheel(`metadata at ${path}`, withFile(path)),
  ),
  {
    name: 'a .dist-info with a local label that the filename lacks',
    filename: 'demo-1.0-py3-none-any.whl',
    bytes: buildWheel({ folder: 'demo-1.0+cu118.dist-info' }),
    refused: undefined,
  },
  {
    name: 'a .dist-info with another local label than the filename',
    filename: 'demo-1.0+cu118-py3-none-any.whl',
    bytes: buildWheel({ folder: 'demo-1.0+cu121.dist-info', version: '1.0+cu118' }),
    refused: 'metadata-dist-info',
  },

  ...['demo.chm', 'README.txt', 'demo.pyi', 'logging.py', 'LICENSE', 'demo.json'].map((path) =>
    allowedWheel(`${path} at the root`, withFile(path)),
  ),
  ...['python312._pth', 'pyvenv.cfg'].map((path) =>
    refusedWheel(`${path} at the root`, 'interpreter-shadow', withFile(path)),
  ),
];
