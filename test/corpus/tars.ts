import { HONEST_SDIST_BZ2, PTH_SDIST_BZ2 } from '../support/archives/bzip2-samples.js';
import { buildTar, gnuLong, pax, sdistEntries, type TarEntry } from '../support/archives/tar.js';
import { buildZip } from '../support/archives/zip.js';
import {
  allowedSdist,
  type CorpusCase,
  gzipSync,
  plainSdist,
  refusedSdist,
  sdistFile,
  sdistWith,
} from './case.js';

const RUN = 'import os\n';
const BZ2 = 'demo-1.0.tar.bz2';
const entry = (name: string, change: Partial<TarEntry> = {}): TarEntry => ({
  name: `demo-1.0/${name}`,
  content: 'x = 1\n',
  ...change,
});
const link = (name: string, target: string, type = '2'): TarEntry => ({
  name: `demo-1.0/${name}`,
  type,
  link: target,
});
const LONG = `demo-1.0/${'long/'.repeat(40)}x.py`;
const binary = (value: number) => {
  const field = Buffer.alloc(12);
  field[0] = 0x80;
  field.writeUInt32BE(value, 8);
  return field;
};

/** A member whose content is a member: a reader that skips no content meets an executable .pth there. */
const hiding = (name: string): TarEntry => ({
  name: `demo-1.0/${name}`,
  type: '\0',
  content: buildTar([entry('evil.pth', { content: RUN })], Buffer.alloc(0)),
});

export const TARS: readonly CorpusCase[] = [
  allowedSdist('an honest sdist', sdistWith()),
  allowedSdist('an honest sdist, not packed', plainSdist(), 'demo-1.0.tar'),
  allowedSdist('an honest sdist as .tgz', sdistWith(), 'demo-1.0.tgz'),
  allowedSdist(
    'an honest sdist as zip',
    buildZip([{ name: 'demo-1.0/setup.py', content: 'x' }]),
    'demo-1.0.zip',
  ),

  refusedSdist(
    'an executable .pth at the root',
    'pth-executable',
    sdistWith({ name: 'demo.pth', content: RUN }),
  ),
  refusedSdist(
    'an executable .pth deep inside',
    'pth-executable',
    sdistFile('src/demo/data/x.pth', RUN),
  ),
  refusedSdist(
    'an executable .pth in a zip sdist',
    'pth-executable',
    buildZip([{ name: 'demo-1.0/x.pth', content: RUN }]),
    'demo-1.0.zip',
  ),
  allowedSdist('a .pth with folders', sdistFile('demo.pth', 'demo\n')),
  ...['sitecustomize.py', 'src/usercustomize/__init__.py', 'lib/SiteCustomize.pyd'].map((path) =>
    refusedSdist(`${path} in an sdist`, 'site-customize', sdistFile(path, 'x = 1\n')),
  ),
  ...['tests/sitecustomize.py', 'src/demo/sitecustomize.py', 'docs/lib/usercustomize.py'].map(
    (path) => allowedSdist(`${path} in an sdist`, sdistFile(path, 'x = 1\n')),
  ),
  refusedSdist(
    'a .pth renamed by pax',
    'pth-executable',
    sdistWith(pax({ path: 'demo-1.0/x.pth' }), entry('x.txt', { content: RUN })),
  ),
  refusedSdist(
    'a .pth renamed by GNU',
    'pth-executable',
    sdistWith(gnuLong('demo-1.0/x.pth'), entry('x.txt', { content: RUN, format: 'gnu' })),
  ),
  refusedSdist('a .start file in an sdist', 'start-file', sdistFile('demo.start', 'demo:run\n')),

  // gzip.
  refusedSdist(
    'two gzip members, two archives',
    'gzip-trailing',
    Buffer.concat([sdistWith(), sdistWith()]),
  ),
  refusedSdist(
    'two gzip members, one archive',
    'gzip-trailing',
    Buffer.concat([
      gzipSync(plainSdist().subarray(0, 1024)),
      gzipSync(plainSdist().subarray(1024)),
    ]),
  ),
  refusedSdist(
    'bytes behind the gzip member',
    'gzip-trailing',
    Buffer.concat([sdistWith(), Buffer.from('tail')]),
  ),
  allowedSdist(
    'zero padding behind the gzip member',
    Buffer.concat([sdistWith(), Buffer.alloc(100)]),
  ),
  refusedSdist('a gzip stream that is cut short', 'gzip-malformed', sdistWith().subarray(0, -20)),
  refusedSdist('a gzip stream without its trailer', 'gzip-malformed', sdistWith().subarray(0, -8)),
  refusedSdist('a gzip stream with a wrong checksum', 'gzip-malformed', spoil(sdistWith(), -8)),
  refusedSdist('a gzip stream with a wrong length', 'gzip-malformed', spoil(sdistWith(), -1)),
  refusedSdist('no gzip stream at all', 'gzip-malformed', plainSdist()),
  refusedSdist('a gzip header with reserved flags', 'gzip-malformed', spoil(sdistWith(), 3, 0xe0)),
  allowedSdist('a gzip header with a name', named(sdistWith(), 'demo-1.0.tar')),
  refusedSdist(
    'a gzip header with a name without an end',
    'gzip-malformed',
    spoil(Buffer.alloc(20, 1), 0, 0, Buffer.from([0x1f, 0x8b, 8, 8])),
  ),

  // bzip2.
  allowedSdist('an honest sdist in bzip2', HONEST_SDIST_BZ2, BZ2),
  refusedSdist('a .pth in bzip2', 'pth-executable', PTH_SDIST_BZ2, BZ2),
  refusedSdist(
    'two bzip2 streams',
    'bzip2-trailing',
    Buffer.concat([HONEST_SDIST_BZ2, HONEST_SDIST_BZ2]),
    BZ2,
  ),
  refusedSdist(
    'a bzip2 stream that is cut short',
    'bzip2-malformed',
    HONEST_SDIST_BZ2.subarray(0, -9),
    BZ2,
  ),
  refusedSdist(
    'a bzip2 stream with a wrong checksum',
    'bzip2-malformed',
    spoil(HONEST_SDIST_BZ2, 10),
    BZ2,
  ),
  refusedSdist('no bzip2 stream at all', 'bzip2-malformed', plainSdist(), BZ2),

  // The walk.
  refusedSdist(
    'a wrong checksum in the middle',
    'tar-checksum',
    sdistWith(entry('a.py', { badChecksum: true }), entry('b.py')),
  ),
  refusedSdist(
    'a wrong checksum at the start',
    'tar-checksum',
    gzipSync(buildTar([entry('a.py', { badChecksum: true })])),
  ),
  refusedSdist(
    'a second tar behind the first',
    'tar-trailing',
    gzipSync(Buffer.concat([plainSdist(), plainSdist()])),
  ),
  refusedSdist(
    'a second archive behind one block of zeros',
    'tar-trailing',
    gzipSync(Buffer.concat([plainSdist({}, Buffer.alloc(512)), plainSdist()])),
  ),
  refusedSdist(
    'bytes behind the end',
    'tar-trailing',
    gzipSync(Buffer.concat([plainSdist(), Buffer.from('tail')])),
  ),
  allowedSdist('much padding behind the end', gzipSync(plainSdist({}, Buffer.alloc(10240)))),
  allowedSdist('no end blocks', gzipSync(plainSdist({}, Buffer.alloc(0)))),
  allowedSdist('one end block', gzipSync(plainSdist({}, Buffer.alloc(512)))),
  refusedSdist(
    'an end in the middle of a member',
    'tar-truncated',
    gzipSync(buildTar([...sdistEntries(), entry('a.py', { size: 5000 })], Buffer.alloc(0))),
  ),
  refusedSdist(
    'an end in the middle of a header',
    'tar-truncated',
    gzipSync(plainSdist({}, Buffer.alloc(0)).subarray(0, -700)),
  ),
  refusedSdist('a pax header at the end', 'tar-extension-dangling', sdistWith(pax({ path: 'x' }))),
  refusedSdist(
    'a long name at the end of the stream',
    'tar-extension-dangling',
    gzipSync(buildTar([...sdistEntries(), gnuLong('x')], Buffer.alloc(0))),
  ),

  // Sizes.
  refusedSdist(
    'pax gives another size',
    'tar-size-disagrees',
    sdistWith(pax({ size: '0' }), entry('a.py')),
  ),
  refusedSdist(
    'pax hides a member by a larger size',
    'tar-size-disagrees',
    sdistWith(pax({ size: '1024' }), entry('a.py'), entry('b.pth', { content: RUN })),
  ),
  allowedSdist('pax repeats the size', sdistWith(pax({ size: '6' }), entry('a.py'))),
  refusedSdist(
    'a size that is no number',
    'tar-number',
    sdistWith(entry('a.py', { rawSize: Buffer.from('0x000000006\0') })),
  ),
  refusedSdist(
    'a size with a sign',
    'tar-number',
    sdistWith(entry('a.py', { rawSize: Buffer.from('+0000000006\0') })),
  ),
  refusedSdist(
    'a negative binary size',
    'tar-number',
    sdistWith(entry('a.py', { rawSize: Buffer.alloc(12, 0xff) })),
  ),
  allowedSdist('a binary size', sdistWith(entry('a.py', { rawSize: binary(6) }))),
  allowedSdist(
    'a size padded with spaces',
    sdistWith(entry('a.py', { rawSize: Buffer.from('          6 ') })),
  ),
  refusedSdist(
    'a folder of some size',
    'tar-size-unexpected',
    sdistWith(entry('sub/', { type: '5' })),
  ),
  refusedSdist(
    'a symbolic link of some size',
    'tar-size-unexpected',
    sdistWith(entry('l', { type: '2', link: 'setup.py' })),
  ),
  refusedSdist(
    'a hard link of some size',
    'tar-size-unexpected',
    sdistWith(entry('l', { type: '1', link: 'demo-1.0/setup.py' })),
  ),

  refusedSdist(
    'a time that is no number, where Python stops',
    'tar-number',
    sdistWith(entry('a.py', { rawTime: Buffer.from('0000000p000\0') }), entry('b.py')),
  ),
  allowedSdist(
    'a time before 1970, in binary',
    sdistWith(entry('a.py', { rawTime: Buffer.alloc(12, 0xff) })),
  ),

  // Names.
  allowedSdist('a long name by pax', sdistWith(pax({ path: LONG }), entry('x.py'))),
  allowedSdist('a long name by GNU', sdistWith(gnuLong(LONG), entry('x.py', { format: 'gnu' }))),
  allowedSdist(
    'a long name by prefix',
    sdistWith({ name: 'x.py', prefix: `demo-1.0/${'long/'.repeat(20)}x` }),
  ),
  allowedSdist(
    'a name with a dot in front',
    gzipSync(buildTar([{ name: './demo-1.0/setup.py', content: 'x' }])),
  ),
  allowedSdist(
    'a name in Latin-1',
    sdistWith({ name: Buffer.from('demo-1.0/gr\xf6\xdfe.py', 'latin1') }),
  ),
  allowedSdist('a name from before POSIX', sdistWith(entry('a.py', { format: 'v7' }))),
  refusedSdist(
    'two long names that differ',
    'tar-name-ambiguous',
    sdistWith(gnuLong('demo-1.0/a'), pax({ path: 'demo-1.0/b' }), entry('x')),
  ),
  allowedSdist(
    'two long names that agree',
    sdistWith(gnuLong('demo-1.0/a'), pax({ path: 'demo-1.0/a' }), entry('x')),
  ),
  refusedSdist(
    'two pax headers for one member',
    'tar-name-ambiguous',
    sdistWith(pax({ path: 'demo-1.0/a' }), pax({ path: 'demo-1.0/b' }), entry('x')),
  ),
  refusedSdist(
    'a long name that goes on behind its end',
    'tar-name-ambiguous',
    sdistWith(gnuLong('demo-1.0/a\0.pth'), entry('x')),
  ),
  refusedSdist(
    'a prefix in a GNU header',
    'tar-name-ambiguous',
    sdistWith(entry('x', { format: 'gnu', prefix: 'other' })),
  ),
  refusedSdist(
    'a prefix in an old header',
    'tar-name-ambiguous',
    sdistWith(entry('x', { format: 'v7', prefix: 'other' })),
  ),
  refusedSdist(
    'a folder from before POSIX that GNU renames to a file',
    'tar-name-ambiguous',
    sdistWith(gnuLong('demo-1.0/notes.txt'), hiding('notes/')),
  ),
  refusedSdist(
    'a folder from before POSIX that pax renames to a file',
    'tar-name-ambiguous',
    sdistWith(pax({ path: 'demo-1.0/notes.txt' }), hiding('notes/')),
  ),
  refusedSdist(
    'a folder from before POSIX with content',
    'tar-size-unexpected',
    sdistWith(hiding('notes/')),
  ),
  refusedSdist(
    'a folder from before POSIX with a long name',
    'tar-name-ambiguous',
    sdistWith(gnuLong('demo-1.0/a/'), { name: 'demo-1.0/b/', type: '\0' }),
  ),
  allowedSdist('a folder from before POSIX', sdistWith({ name: 'demo-1.0/notes/', type: '\0' })),
  allowedSdist(
    'a file from before POSIX with a long name',
    sdistWith(gnuLong('demo-1.0/notes.txt'), hiding('notes')),
  ),
  refusedSdist(
    'a file whose name ends in a slash',
    'tar-name-ambiguous',
    sdistWith({ name: 'demo-1.0/notes/', type: '0' }),
  ),
  refusedSdist(
    'a contiguous file whose name ends in a slash',
    'tar-name-ambiguous',
    sdistWith({ name: 'demo-1.0/notes/', type: '7' }),
  ),
  refusedSdist('a climbing name', 'member-name-climbing', sdistWith({ name: '../x.py' })),
  refusedSdist(
    'a climbing name by pax',
    'member-name-climbing',
    sdistWith(pax({ path: '../x.py' }), entry('x')),
  ),
  refusedSdist(
    'a climbing name by GNU',
    'member-name-climbing',
    sdistWith(gnuLong('demo-1.0/../../x'), entry('x')),
  ),
  refusedSdist('an absolute name', 'member-name-absolute', sdistWith({ name: '/etc/passwd' })),
  refusedSdist(
    'an absolute name by pax',
    'member-name-absolute',
    sdistWith(pax({ path: '/etc/passwd' }), entry('x')),
  ),
  refusedSdist(
    'a control character in a name',
    'member-name-control',
    sdistWith(entry('a\x1b[2Jb')),
  ),

  // pax.
  allowedSdist(
    'pax with times and comments',
    sdistWith(pax({ mtime: '1700000000.5', comment: 'größe' }), entry('x')),
  ),
  allowedSdist(
    'a global pax header with a commit',
    gzipSync(buildTar([pax({ comment: 'a'.repeat(40) }, 'g'), ...sdistEntries()])),
  ),
  refusedSdist(
    'a global pax header that renames',
    'tar-pax-global',
    gzipSync(buildTar([pax({ path: 'x.pth' }, 'g'), ...sdistEntries()])),
  ),
  refusedSdist(
    'a global pax header that resizes',
    'tar-pax-global',
    gzipSync(buildTar([pax({ size: '1' }, 'g'), ...sdistEntries()])),
  ),
  refusedSdist(
    'a pax record of a wrong length',
    'tar-pax-malformed',
    sdistWith({ name: 'p', type: 'x', content: '99 path=x\n' }, entry('x')),
  ),
  refusedSdist(
    'a pax record without a value',
    'tar-pax-malformed',
    sdistWith({ name: 'p', type: 'x', content: '8 path \n' }, entry('x')),
  ),
  refusedSdist(
    'a pax record without its line end',
    'tar-pax-malformed',
    sdistWith({ name: 'p', type: 'x', content: '9 path=xy' }, entry('x')),
  ),
  refusedSdist(
    'a pax header with two paths',
    'tar-pax-malformed',
    sdistWith({ name: 'p', type: 'x', content: '10 path=a\n10 path=b\n' }, entry('x')),
  ),
  refusedSdist(
    'a pax header in another character set',
    'tar-pax-malformed',
    sdistWith(pax({ hdrcharset: 'BINARY' }), entry('x')),
  ),

  // Kinds.
  refusedSdist('a sparse file', 'tar-sparse', sdistWith(entry('x', { type: 'S' }))),
  refusedSdist(
    'a sparse file by pax',
    'tar-sparse',
    sdistWith(pax({ 'GNU.sparse.major': '1' }), entry('x')),
  ),
  refusedSdist(
    'a device in a tar',
    'tar-special-file',
    sdistWith({ name: 'demo-1.0/dev', type: '3' }),
  ),
  refusedSdist('a pipe', 'tar-special-file', sdistWith({ name: 'demo-1.0/pipe', type: '6' })),
  refusedSdist('a volume header', 'tar-special-file', sdistWith({ name: 'demo-1.0/v', type: 'V' })),
  allowedSdist('a contiguous file', sdistWith(entry('x', { type: '7' }))),
  allowedSdist('a link inside', sdistWith(link('l.py', 'setup.py'))),
  allowedSdist('a link that climbs and stays inside', sdistWith(link('docs/l.py', '../setup.py'))),
  allowedSdist('a hard link inside', sdistWith(link('l.py', 'demo-1.0/setup.py', '1'))),
  refusedSdist(
    'a link to an absolute path',
    'tar-link-leaves',
    sdistWith(link('l', '/etc/passwd')),
  ),
  refusedSdist('a link that climbs out', 'tar-link-leaves', sdistWith(link('l', '../../x'))),
  refusedSdist('a link to the parent of all', 'tar-link-leaves', sdistWith(link('l', '..'))),
  refusedSdist(
    'a link that climbs behind a name',
    'tar-link-leaves',
    sdistWith(link('l', 'sub/../../x')),
  ),
  refusedSdist('a hard link that climbs out', 'tar-link-leaves', sdistWith(link('l', '../x', '1'))),
  refusedSdist('a link to nothing', 'tar-link-leaves', sdistWith(link('l', ''))),
  refusedSdist(
    'a link renamed by pax',
    'tar-link-leaves',
    sdistWith(pax({ linkpath: '/etc' }), link('l', 'setup.py')),
  ),
  refusedSdist(
    'a file behind a link',
    'tar-path-through-link',
    sdistWith(link('l', 'sub'), entry('l/x.py')),
  ),
  refusedSdist(
    'a file in the place of a link',
    'tar-path-through-link',
    sdistWith(link('l', 'setup.py'), entry('l')),
  ),

  refusedSdist(
    "another project's PKG-INFO",
    'metadata-name',
    gzipSync(buildTar(sdistEntries({ files: { 'PKG-INFO': 'Name: other\nVersion: 1.0\n' } }))),
  ),
  refusedSdist(
    "another version's PKG-INFO",
    'metadata-version',
    gzipSync(buildTar(sdistEntries({ files: { 'PKG-INFO': 'Name: demo\nVersion: 2.0\n' } }))),
  ),
  refusedSdist(
    'a form that is not opened',
    'archive-format-unsupported',
    Buffer.from('x'),
    'demo-1.0.tar.Z',
  ),
];

function spoil(bytes: Buffer, at: number, xor = 0x5a, front?: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy[at < 0 ? copy.length + at : at]! ^= xor;
  front?.copy(copy);
  return copy;
}

/** Puts a file name into a gzip header. */
function named(bytes: Buffer, name: string): Buffer {
  const head = Buffer.from(bytes.subarray(0, 10));
  head[3] = 8;
  return Buffer.concat([head, Buffer.from(`${name}\0`), bytes.subarray(10)]);
}
