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

const ZIP = buildZip([{ name: 'setup.py', content: 'evil' }]);
const EMPTY_ZIP = buildZip([]);

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

  refusedSdist(
    'a .pth that is a symbolic link',
    'pth-executable',
    sdistWith(entry('x.txt', { content: RUN }), link('demo.pth', 'x.txt')),
  ),
  refusedSdist(
    'a .pth that is a link to what comes later',
    'pth-executable',
    sdistWith(link('a/demo.pth', '../x.txt'), entry('x.txt', { content: RUN })),
  ),
  refusedSdist(
    'a .pth that is a hard link',
    'pth-executable',
    sdistWith(entry('x.txt', { content: RUN }), link('demo.pth', 'demo-1.0/x.txt', '1')),
  ),
  refusedSdist(
    'a .pth over three links',
    'pth-executable',
    sdistWith(
      entry('b/x.txt', { content: RUN }),
      link('c', 'b'),
      link('y', 'c/x.txt'),
      link('demo.PTH', 'y'),
    ),
  ),
  refusedSdist(
    'a .start that is a link',
    'start-file',
    sdistWith(entry('x.txt', { content: 'demo:run\n' }), link('demo.start', 'x.txt')),
  ),
  refusedSdist(
    'a .pth that is a link to nothing',
    'hook-link',
    sdistWith(link('demo.pth', 'nothing')),
  ),
  refusedSdist(
    'a .pth that is a link to itself',
    'hook-link',
    sdistWith(link('demo.pth', 'demo.pth')),
  ),
  refusedSdist(
    'a .pth that is a link to a folder',
    'hook-link',
    sdistWith(entry('x/y', {}), link('demo.pth', 'x')),
  ),
  refusedSdist(
    'countless links to one .pth',
    'hook-link',
    sdistWith(
      entry('x', { content: 'a\n' }),
      ...Array.from({ length: 70 }, (_, i) => link(`${i}.pth`, 'x')),
    ),
  ),
  refusedSdist(
    'sitecustomize.py that is a link',
    'site-customize',
    sdistWith(entry('x.py', {}), link('sitecustomize.py', 'x.py')),
  ),
  refusedSdist(
    'a sitecustomize that is a link to a folder',
    'hook-link',
    sdistWith(entry('x/__init__.py', {}), link('src/sitecustomize', '../x')),
  ),
  refusedSdist(
    'a source folder that is a link',
    'site-customize',
    sdistWith(entry('x/sitecustomize.py', {}), link('src', 'x')),
  ),
  allowedSdist(
    'a .pth that is a link to folders',
    sdistWith(entry('x.txt', { content: 'demo\n' }), link('demo.pth', 'x.txt')),
  ),
  allowedSdist(
    'links to an ordinary file and a folder',
    sdistWith(
      entry('x/sitecustomize.py', {}),
      link('y.py', 'x/sitecustomize.py'),
      link('docs', 'x'),
    ),
  ),

  // Without the folder name-version.
  refusedSdist(
    'sitecustomize.py in a flat sdist',
    'site-customize',
    gzipSync(
      buildTar([
        { name: 'setup.py', content: 'x' },
        { name: 'sitecustomize.py', content: 'x' },
      ]),
    ),
  ),
  refusedSdist(
    'usercustomize below src in a flat sdist',
    'site-customize',
    gzipSync(
      buildTar([
        { name: 'setup.py', content: 'x' },
        { name: 'src/usercustomize/__init__.py', content: 'x' },
      ]),
    ),
  ),
  refusedSdist(
    'sitecustomize.py in a flat zip sdist',
    'site-customize',
    buildZip([
      { name: 'setup.py', content: 'x' },
      { name: 'sitecustomize.py', content: 'x' },
    ]),
    'demo-1.0.zip',
  ),
  allowedSdist(
    'a flat sdist',
    gzipSync(
      buildTar([
        { name: 'setup.py', content: 'x' },
        { name: 'src/demo/sitecustomize.py', content: 'x' },
      ]),
    ),
  ),

  // Two formats in one file: pip to 25 and pdm ask zipfile before they look at the name.
  refusedSdist(
    'a zip in the extra field of the gzip header',
    'archive-two-formats',
    extraOf(sdistWith(), ZIP),
  ),
  refusedSdist(
    'a zip end record in the name of the gzip header',
    'archive-two-formats',
    named(sdistWith(), 'PK\x05\x06'),
  ),
  refusedSdist(
    'a zip at the end of a tar',
    'archive-two-formats',
    plainSdist({ more: [entry('x.zip', { content: ZIP })] }),
    'demo-1.0.tar',
  ),
  refusedSdist(
    'a zip in a tar that is stored, not deflated',
    'archive-two-formats',
    gzipSync(plainSdist({ more: [entry('x.zip', { content: ZIP })] }), { level: 0 }),
  ),
  refusedSdist(
    'a zip whose end lies 65,536 bytes from the end of the file',
    'archive-two-formats',
    plainSdist({ more: [entry('x.zip', { content: EMPTY_ZIP })] }, Buffer.alloc(65_536 - 490)),
    'demo-1.0.tar',
  ),
  allowedSdist(
    'a zip one byte further in front',
    plainSdist({ more: [entry('x.zip', { content: EMPTY_ZIP })] }, Buffer.alloc(65_536 - 489)),
    'demo-1.0.tar',
  ),
  allowedSdist('a zip fixture in a compressed tar', sdistWith(entry('x.zip', { content: ZIP }))),
  allowedSdist(
    'a zip at the beginning of a large tar',
    plainSdist({
      more: [entry('x.zip', { content: ZIP }), entry('y', { content: Buffer.alloc(70_000) })],
    }),
    'demo-1.0.tar',
  ),
  allowedSdist('a gzip header with an extra field', extraOf(sdistWith(), Buffer.from('honest'))),
  refusedSdist(
    'a tar whose first name is the beginning of a bzip2 file',
    'archive-two-formats',
    buildTar([{ name: 'BZh91AY&SY/x', content: 'x' }]),
    'demo-1.0.tar',
  ),
  refusedSdist('a zip that is a tar too', 'archive-two-formats', zipAndTar(), 'demo-1.0.zip'),

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
    'a file once more, behind a hard link to it',
    'tar-path-through-link',
    sdistWith(
      entry('a'),
      { name: 'demo-1.0/h', type: '1', link: 'demo-1.0/./a' },
      { name: 'demo-1.0/a', content: 'other' },
    ),
  ),
  allowedSdist(
    'a file once more, in front of a hard link to it',
    sdistWith(
      entry('a'),
      { name: 'demo-1.0/a', content: 'other' },
      { name: 'demo-1.0/h', type: '1', link: 'demo-1.0/a' },
    ),
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
    'a PKG-INFO that requires a URL',
    'metadata-direct-url',
    sdistFile('PKG-INFO', 'Name: demo\nVersion: 1.0\nRequires-Dist: x@git+https://a.org/x\n'),
  ),
  allowedSdist(
    'a PKG-INFO that requires a project',
    sdistFile('PKG-INFO', 'Name: demo\nVersion: 1.0\nRequires-Dist: x ; extra == "@"\n'),
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

/** Puts an extra field into a gzip header. */
function extraOf(bytes: Buffer, extra: Buffer): Buffer {
  const head = Buffer.alloc(12);
  bytes.copy(head, 0, 0, 10);
  head[3] = 4;
  head.writeUInt16LE(extra.length, 10);
  return Buffer.concat([head, extra, bytes.subarray(10)]);
}

/** A zip whose first local header, with its name, has the checksum of a tar header. */
function zipAndTar(): Buffer {
  const name = Buffer.alloc(482, 'x');
  const zip = () => buildZip([{ name, content: '' }]);
  name.fill(' ', 118, 126);
  const sum = zip()
    .subarray(0, 512)
    .reduce((total, byte) => total + byte, 0);
  name.write(`${sum.toString(8).padStart(6, '0')}\0 `, 118, 'latin1');
  return zip();
}

/** Puts a file name into a gzip header. */
function named(bytes: Buffer, name: string): Buffer {
  const head = Buffer.from(bytes.subarray(0, 10));
  head[3] = 8;
  return Buffer.concat([head, Buffer.from(`${name}\0`), bytes.subarray(10)]);
}
