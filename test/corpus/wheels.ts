import { createHash } from 'node:crypto';
import { buildWheel } from '../support/archives/wheel.js';
import { allowedWheel, type CorpusCase, refusedWheel } from './case.js';

const info = 'demo-1.0.dist-info';
const scripts = (text: string) => ({ distInfo: { 'entry_points.txt': text } });
const metadata = (text: string) => ({ distInfo: { METADATA: text } });

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
  allowedWheel(
    'scripts with plain names',
    scripts(
      '# c\n[console_scripts]\ndemo = demo:run\npy.test = demo:run [x]\n[other]\na/b = demo:run\n',
    ),
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
