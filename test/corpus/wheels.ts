import { createHash } from 'node:crypto';
import { buildWheel } from '../support/archives/wheel.js';
import { allowedWheel, type CorpusCase, refusedWheel } from './case.js';

const info = 'demo-1.0.dist-info';
const scripts = (text: string) => ({ distInfo: { 'entry_points.txt': text } });
const metadata = (text: string) => ({ distInfo: { METADATA: text } });

const NAMED = 'Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n';
const LONG = 'text '.repeat(220_000);

const DIRECT: readonly (readonly [how: string, headers: string])[] = [
  ['a URL', 'Requires-Dist: x @ https://example.org/x-1.0.tar.gz\n'],
  ['a URL without blanks', 'Requires-Dist:x@https://example.org/x-1.0.tar.gz\n'],
  ['a URL for an extra', 'Requires-Dist: x [a, b] @ https://example.org/x ; extra == "a"\n'],
  ['a repository', 'Requires-Dist: x @ git+https://example.org/x\n'],
  ['an encoded word', 'Requires-Dist: =?utf-8?b?eCBAIGh0dHBzOi8vZXhhbXBsZS5vcmcveA==?=\n'],
  ['a local file', 'Requires-Dist: x @ file:///tmp/x\n'],
  ['a URL on the next line', 'Requires-Dist: x\n @ https://example.org/x\n'],
  ['a URL two lines on', 'Requires-Dist: x\r\n\t\r\n\t[a]@ https://example.org/x\r\n'],
  ['a URL in small letters', 'requires-dist: x @ https://example.org/x\n'],
  ['a URL in capitals', 'REQUIRES-DIST: x @ https://example.org/x\n'],
  ['a URL with a line separator', 'Requires-Dist: x @ https://example.org/x#\u2028\n'],
  ['a URL behind others', 'Requires-Dist: y\nSummary: s\nRequires-Dist: x @ https://a.org/x\n'],
];

const INDIRECT: readonly (readonly [how: string, headers: string])[] = [
  ['a project whose marker has an @', 'Requires-Dist: x (>=1) ; extra == "@"\n'],
  ['a project for an interpreter', 'Requires-Dist: x ; python_version > "3"\n'],
  ['a folded project', 'Requires-Dist: x (>=1)\n  ; extra == "@"\n'],
  ['a URL in its readme alone', '\nRequires-Dist: x @ https://example.org/x\n'],
  ['nothing, with an address', 'Author-email: Requires-Dist: x @ https://a.org <a@example.org>\n'],
];

function sha512Row(path: string, content: string): string {
  return `${path},sha512=${createHash('sha512').update(content).digest('base64url')},${content.length}`;
}

/** RECORD with all digests in another encoding, as `encode` writes them. */
const encoded = (encode: (digest: Buffer) => string) => ({
  record: (text: string) =>
    text.replace(/sha256=([\w-]+)/g, (_, digest) => {
      return `sha256=${encode(Buffer.from(digest, 'base64url'))}`;
    }),
});

export const WHEELS: readonly CorpusCase[] = [
  refusedWheel('no RECORD', 'record-missing', { distInfo: { RECORD: undefined } }),
  refusedWheel('a file that RECORD does not list', 'record-unlisted', {
    record: (text) => text.replace(/^demo\/__init__.*\n/m, ''),
  }),
  refusedWheel('a RECORD entry without its file', 'record-absent', {
    record: (text) => `${text}demo/ghost.py,sha256=x,1\n`,
  }),
  refusedWheel("a RECORD entry for another project's file", 'record-foreign', {
    record: (text) => `${text}certifi/cacert.pem,,\n`,
  }),
  refusedWheel("a RECORD entry for another project's module", 'record-foreign', {
    record: (text) => `${text}six.py,sha256=x,1\n`,
  }),
  refusedWheel("a RECORD entry for another project's metadata", 'record-foreign', {
    record: (text) => `${text}certifi-2026.1.1.dist-info/METADATA,,\n`,
  }),
  refusedWheel(
    'a RECORD entry below a folder that begins like one of the wheel',
    'record-foreign',
    {
      record: (text) => `${text}demo_other/x.py,,\n`,
    },
  ),
  refusedWheel('a RECORD entry for a compiled module that is not there', 'record-absent', {
    record: (text) => `${text}__pycache__/demo.cpython-312.pyc,,\n`,
  }),
  refusedWheel('a RECORD entry for a folder that others fill, too', 'record-foreign', {
    record: (text) => `${text}demo,,\n`,
  }),
  refusedWheel("a RECORD entry for another project's folder in a namespace", 'record-foreign', {
    record: (text) => `${text}demo/other/,,\n`,
  }),
  refusedWheel('a RECORD entry for a file of .dist-info that is not there', 'record-absent', {
    record: (text) => `${text}demo-1.0.dist-info/INSTALLER,,\n`,
  }),
  refusedWheel('a RECORD entry for the whole site folder', 'record-foreign', {
    record: (text) => `${text}.,,\n`,
  }),
  refusedWheel('a RECORD entry without its file beside those of .data/purelib', 'record-absent', {
    files: { 'demo-1.0.data/purelib/demo/__init__.py': '' },
    record: (text) => `${text}demo/ghost.py,,\n`,
  }),
  refusedWheel('a path in RECORD that climbs out of the folder', 'record-path', {
    record: (text) => `${text}../../../bin/python3,,\n`,
  }),
  refusedWheel('an absolute path in RECORD', 'record-path', {
    record: (text) => `${text}/etc/passwd,,\n`,
  }),
  refusedWheel('a RECORD with a row that only str.splitlines sees', 'record-malformed', {
    record: (text) => `${text}ghost.txt,,\u2028../../../bin/python3,,\n`,
  }),
  refusedWheel('a RECORD that is wrong for WHEEL alone', 'record-wheel-file', {
    record: (text) => text.replace(/(WHEEL,sha256=.*),\d+$/m, '$1,1'),
  }),
  refusedWheel('another hash for WHEEL in RECORD', 'record-wheel-file', {
    record: (text) => text.replace(/(WHEEL,sha256)=./, '$1=_'),
  }),
  refusedWheel('a wrong hash for METADATA in RECORD', 'record-hash-wrong', {
    record: (text) => text.replace(/(METADATA,sha256)=./, '$1=_'),
  }),
  allowedWheel(
    'a RECORD with digests in hexadecimal',
    encoded((digest) => digest.toString('hex')),
  ),
  allowedWheel(
    'a RECORD with digests in capital hexadecimal',
    encoded((digest) => digest.toString('hex').toUpperCase()),
  ),
  allowedWheel(
    "a RECORD with digests in base64's standard alphabet",
    encoded((digest) => digest.toString('base64')),
  ),
  allowedWheel(
    'a RECORD with padded digests',
    encoded((digest) => `${digest.toString('base64url')}=`),
  ),
  refusedWheel(
    'a wrong digest in hexadecimal in RECORD',
    'record-hash-wrong',
    encoded((digest) =>
      digest.toString('hex').replace(/^./, (first) => (first === 'a' ? 'b' : 'a')),
    ),
  ),
  refusedWheel(
    "a wrong digest in base64's standard alphabet in RECORD",
    'record-hash-wrong',
    encoded((digest) =>
      digest.toString('base64').replace(/^./, (first) => (first === '+' ? 'b' : '+')),
    ),
  ),
  refusedWheel('a wrong hash in RECORD', 'record-hash-wrong', {
    record: (text) => text.replace(/sha256=./, 'sha256=_'),
  }),
  refusedWheel('a wrong SHA-512 in RECORD', 'record-hash-wrong', {
    record: (text) =>
      text.replace(/^demo\/__init__.*$/m, sha512Row('demo/__init__.py', 'answer = 43\n')),
  }),
  allowedWheel('a right SHA-512 in RECORD', {
    record: (text) =>
      text.replace(/^demo\/__init__.*$/m, sha512Row('demo/__init__.py', 'answer = 42\n')),
  }),
  refusedWheel('a wrong size in RECORD', 'record-size-wrong', {
    record: (text) => text.replace(/,12$/m, ',13'),
  }),
  refusedWheel('a missing hash in RECORD', 'record-hash-missing', {
    record: (text) => text.replace(/^(demo\/__init__\.py),.*$/m, '$1,,'),
  }),
  refusedWheel('MD5 in RECORD', 'record-hash-weak', {
    record: (text) => text.replace(/sha256=/, 'md5='),
  }),
  refusedWheel('two hashes for one file in RECORD', 'record-duplicate', {
    record: (text) => `${text}demo/__init__.py,sha256=x,12\n`,
  }),
  refusedWheel('a RECORD with an open quote', 'record-malformed', {
    record: (text) => `${text}"demo`,
  }),
  allowedWheel('a RECORD with Windows line ends', {
    record: (text) => text.replaceAll('\n', '\r\n'),
  }),
  allowedWheel('a RECORD with quotes', { files: { 'demo/a, b.txt': 'x' } }),
  allowedWheel('a RECORD without sizes', { record: (text) => text.replace(/,\d+$/gm, ',') }),
  allowedWheel('signatures beside RECORD', {
    entries: (entries) => [
      ...entries,
      { name: `${info}/RECORD.jws`, content: '{}' },
      { name: `${info}/RECORD.p7s`, content: 'x' },
    ],
  }),
  allowedWheel('folders that RECORD does not list', {
    entries: (entries) => [{ name: `${info}/` }, ...entries],
  }),

  refusedWheel('a RECORD of countless files', 'record-malformed', {
    record: (text) => text + Array.from({ length: 250_001 }, (_, i) => `${i},,\n`).join(''),
  }),

  refusedWheel('no METADATA', 'metadata-missing', { distInfo: { METADATA: undefined } }),
  refusedWheel('no WHEEL', 'metadata-missing', { distInfo: { WHEEL: undefined } }),
  refusedWheel('no .dist-info', 'metadata-dist-info', { folder: 'demo' }),
  refusedWheel('two .dist-info folders', 'metadata-dist-info', {
    files: { 'other-1.0.dist-info/METADATA': '' },
  }),
  refusedWheel("another project's .dist-info", 'metadata-dist-info', {
    folder: 'other-1.0.dist-info',
  }),
  refusedWheel("another version's .dist-info", 'metadata-dist-info', {
    folder: 'demo-2.0.dist-info',
  }),
  allowedWheel('a .dist-info in another spelling', { folder: 'Demo-1.0.0.dist-info' }),
  refusedWheel(
    'another name in METADATA',
    'metadata-name',
    metadata('Name: other\nVersion: 1.0\n'),
  ),
  refusedWheel(
    'another version in METADATA',
    'metadata-version',
    metadata('Name: demo\nVersion: 1.1\n'),
  ),
  refusedWheel(
    'another local version in METADATA',
    'metadata-version',
    metadata('Name: demo\nVersion: 1.0+evil\n'),
  ),
  refusedWheel(
    'two names in METADATA',
    'metadata-malformed',
    metadata('Name: demo\nName: other\nVersion: 1.0\n'),
  ),
  refusedWheel(
    'another name in METADATA behind a line that ends the headers for Python alone',
    'metadata-malformed',
    metadata('Version: 1.0\nno header\nName: other\nName: demo\n'),
  ),
  refusedWheel(
    'another version in METADATA behind a blank before the colon',
    'metadata-malformed',
    metadata('Name: demo\nVersion: 1.0\nFoo : x\nVersion: 1.1\n'),
  ),
  allowedWheel(
    'METADATA with a licence that is not indented',
    metadata('Name: demo\nVersion: 1.0\nLicense: MIT\nCopyright (c)\n\nName: other\n'),
  ),
  {
    name: 'METADATA and a .dist-info with a local label that the filename lacks',
    filename: 'demo-1.0-py3-none-any.whl',
    bytes: buildWheel({ folder: 'demo-1.0+cu118.dist-info', version: '1.0+cu118' }),
    refused: undefined,
  },
  {
    name: 'METADATA with another local label than the .dist-info',
    filename: 'demo-1.0-py3-none-any.whl',
    bytes: buildWheel({ folder: 'demo-1.0+cu118.dist-info', version: '1.0+cu121' }),
    refused: 'metadata-version',
  },
  ...DIRECT.map(([how, text]) =>
    refusedWheel(`METADATA that requires ${how}`, 'metadata-direct-url', metadata(NAMED + text)),
  ),
  ...INDIRECT.map(([how, text]) =>
    allowedWheel(`METADATA that requires ${how}`, metadata(NAMED + text)),
  ),
  refusedWheel(
    'METADATA whose headers are longer than anybody reads',
    'metadata-malformed',
    metadata(
      `${NAMED}Summary: s\r\nKeywords: ${LONG}\nRequires-Dist: x @ https://example.org/x\n\n`,
    ),
  ),
  allowedWheel('METADATA with a long readme', metadata(`${NAMED}\n${LONG}`)),
  refusedWheel('two Wheel-Versions that differ', 'metadata-malformed', {
    distInfo: { WHEEL: 'Wheel-Version: 1.0\nWheel-Version: 1.1\n' },
  }),
  allowedWheel('one Wheel-Version twice', {
    distInfo: { WHEEL: 'Wheel-Version: 1.0\nTag: py3-none-any\nWheel-Version: 1.0\n' },
  }),
  refusedWheel(
    'METADATA without a version',
    'metadata-malformed',
    metadata('Name: demo\n\nVersion: 1.0\n'),
  ),
  allowedWheel(
    'METADATA in another spelling',
    metadata('Name: DEMO\nVersion: v1.0.0\nSummary: a\n  b\n\nName: other\n'),
  ),
  allowedWheel('METADATA with Windows line ends', metadata('Name: demo\r\nVersion: 1.0\r\n')),
  refusedWheel('a Wheel-Version of the future', 'metadata-wheel-version', {
    distInfo: { WHEEL: 'Wheel-Version: 2.0\n' },
  }),
  refusedWheel('WHEEL without a version', 'metadata-malformed', {
    distInfo: { WHEEL: 'Tag: py3-none-any\n' },
  }),
  refusedWheel(
    'a script outside its folder',
    'metadata-entry-point',
    scripts('[console_scripts]\n../../evil = demo:run\n'),
  ),
  refusedWheel(
    'a script with a backslash',
    'metadata-entry-point',
    scripts('[gui_scripts]\na\\b = demo:run\n'),
  ),
  refusedWheel(
    'a script at an absolute path',
    'metadata-entry-point',
    scripts('[console_scripts]\n/bin/ls=demo:run\n'),
  ),
  refusedWheel(
    'a script named dot dot',
    'metadata-entry-point',
    scripts('[console_scripts]\n.. = demo:run\n'),
  ),
  // Each makes pip, pdm or uv write bin/python3, and the others not.
  ...[
    ['a heading with two brackets', '[[console_scripts]]\npython3 = demo:run\n'],
    ['a heading with blanks inside', '[ console_scripts ]\npython3 = demo:run\n'],
    ['a heading with brackets at its end', '[console_scripts]]\npython3 = demo:run\n'],
    ['a heading with a comment', '[console_scripts] # x\npython3 = demo:run\n'],
    [
      'a heading with a comment that ends in a bracket',
      '[console_scripts]#]\npython3 = demo:run\n',
    ],
    ['a heading in capitals', '[CONSOLE_SCRIPTS]\npython3 = demo:run\n'],
    ['a heading behind a form feed', '\f[console_scripts]\npython3 = demo:run\n'],
    [
      'a heading in a comment behind U+2028',
      '# x\u2028[console_scripts]\u2028python3 = demo:run\n',
    ],
    ['a heading in a comment behind NEL', '# x\u0085[console_scripts]\u0085python3 = demo:run\n'],
    ['a heading in a comment behind 0x1c', '# x\x1c[console_scripts]\x1cpython3 = demo:run\n'],
    [
      'a heading in a comment behind a carriage return',
      '# x\r[console_scripts]\rpython3 = demo:run\n',
    ],
    ['a heading behind a no-break space', '\u00a0[console_scripts]\npython3 = demo:run\n'],
    [
      'a heading that goes on with an entry',
      '[a]\nb = c\n [console_scripts]\n python3 = demo:run\n',
    ],
    ['an entry that goes on', '[console_scripts]\na = demo:run\n  python3 = demo:run\n'],
    ['an entry in a comment with a semicolon', '[console_scripts]\n; python3 = demo:run\n'],
    ['an entry with two names', '[console_scripts]\na python3 = demo:run\n'],
    ['an entry with two equals signs', '[console_scripts]\na = python3 = demo:run\n'],
    ['an entry that configparser fills in', '[console_scripts]\na = demo:%(b)s\n'],
    ['entries for every group', '[DEFAULT]\npython3 = demo:run\n[console_scripts]\na = demo:run\n'],
    ['one group twice', '[gui_scripts]\na = demo:run\n[gui_scripts]\nb = demo:run\n'],
    ['one script twice', '[gui_scripts]\na = demo:run\na = demo:other\n'],
    [
      'one script in two groups with two targets',
      '[console_scripts]\na = demo:run\n[gui_scripts]\na = demo:other\n',
    ],
    ['a byte order mark', '\ufeff[console_scripts]\na = demo:run\n'],
  ].map(([name, text]) =>
    refusedWheel(`scripts: ${name}`, 'metadata-entry-points', scripts(text!)),
  ),
  refusedWheel(
    'scripts: an entry with a colon',
    'metadata-entry-point',
    scripts('[console_scripts]\na : python3 = demo:run\n'),
  ),
  refusedWheel('scripts in UTF-16', 'metadata-entry-points', {
    distInfo: { 'entry_points.txt': Buffer.from('[console_scripts]\na = demo:run\n', 'utf16le') },
  }),
  ...[
    './entry_points.txt',
    '/entry_points.txt',
    'ENTRY_POINTS.TXT',
    'entry_points.txt.',
    'Record',
  ].map((file) =>
    refusedWheel(`${info}/${file}`, 'metadata-spelling', {
      files: { [`${info}/${file}`]: '[console_scripts]\npython3 = demo:run\n' },
    }),
  ),
  allowedWheel('a file of that name in a folder of .dist-info', {
    files: { [`${info}/licenses/entry_points.txt`]: 'x', [`${info}/licenses/METADATA`]: 'x' },
  }),
  allowedWheel(
    'scripts as old builders indent them',
    scripts(
      '\n      [paste.app_factory]\n      # c\n      cgi = demo:run [x]\n\n      [console_scripts]\n      demo = demo:run\n\tother=demo.a:b.c [x,y-z]\n      ',
    ),
  ),
  allowedWheel(
    'entries of other groups in any form',
    scripts(
      '[a.b-c:d e]\r\nx y = z\r\n  goes on\r\n; c\r\nq : r\r\n\r\n[console_scripts]\r\ngrün-1.0+x = demo:run\r\n[gui_scripts]\r\n',
    ),
  ),
  allowedWheel(
    'scripts with plain names',
    scripts(
      '# c\n[console_scripts]\ndemo = demo:run\npy.test = demo:run [x]\n[other]\na/b = demo:run\n',
    ),
  ),
  allowedWheel(
    'one script in two groups with one target',
    scripts('[console_scripts]\na = demo:run\n[gui_scripts]\na=demo : run\n'),
  ),
  {
    name: 'a wheel under an .egg name',
    filename: 'demo-1.0-py3.11.egg',
    bytes: buildWheel(),
    refused: undefined,
  },
  {
    name: 'an installer program',
    filename: 'demo-1.0.win32.exe',
    bytes: Buffer.from('MZ'),
    refused: 'archive-format-unsupported',
  },
];
