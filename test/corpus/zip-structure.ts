import { crc32, deflateRawSync } from 'node:zlib';
import { buildWheel } from '../support/archives/wheel.js';
import { extraField, zip64Extra } from '../support/archives/zip.js';
import {
  allowedWheel,
  type CorpusCase,
  refusedWheel,
  withEntry,
  withFile,
  withTricks,
} from './case.js';

const NAME = Buffer.from('demo/__init__.py');

/** A Unicode path extra (APPNOTE 4.6.9) for a raw name. */
function unicodePath(rawName: Buffer, says: string): Buffer {
  const head = Buffer.alloc(5);
  head[0] = 1;
  head.writeUInt32LE(crc32(rawName), 1);
  return extraField(0x7075, Buffer.concat([head, Buffer.from(says)]));
}

const TIMESTAMP = extraField(0x5455, Buffer.from([3, 1, 2, 3, 4, 5, 6, 7, 8]));
const TIMESTAMP_SHORT = extraField(0x5455, Buffer.from([3, 1, 2, 3, 4]));
const LONG = 'x = 1\n'.repeat(700);
const packed = deflateRawSync(LONG);

export const ZIP_STRUCTURE: readonly CorpusCase[] = [
  // What belongs to no member.
  refusedWheel(
    'bytes in front of the first member',
    'zip-gap',
    withTricks({ prepend: Buffer.from('#!/bin/sh\n') }),
  ),
  refusedWheel('bytes in front, offsets left as without them', 'zip-local-header', {
    ...withTricks({ prepend: Buffer.from('MZ stub') }),
    entries: (entries) => entries.map((entry) => ({ ...entry, central: { offset: 0 } })),
  }),
  refusedWheel('bytes between two members', 'zip-gap', withEntry({ after: Buffer.alloc(5) })),
  refusedWheel('a member that the directory does not name', 'zip-gap', withTricks({ hidden: [0] })),
  refusedWheel(
    'the last member is left out of the directory',
    'zip-gap',
    withTricks({ hidden: [3] }),
  ),
  refusedWheel(
    'bytes in front of the directory',
    'zip-gap',
    withTricks({ beforeDirectory: Buffer.alloc(7) }),
  ),
  refusedWheel(
    'bytes between directory and end record',
    'zip-gap',
    withTricks({ beforeEnd: Buffer.alloc(7) }),
  ),
  refusedWheel(
    'bytes behind the end record',
    'zip-end-record',
    withTricks({ append: Buffer.from('tail') }),
  ),
  refusedWheel(
    'a second archive behind the first',
    'zip-gap',
    withTricks({ append: buildWheel() }),
  ),
  refusedWheel(
    'a second archive in front of the first',
    'zip-gap',
    withTricks({ prepend: buildWheel() }),
  ),
  refusedWheel('an end record in the comment', 'zip-gap', withTricks({ comment: endRecord() })),
  refusedWheel(
    'a local header in the comment',
    'zip-comment',
    withTricks({ comment: Buffer.from('xPK\x03\x04') }),
  ),
  allowedWheel('a comment of plain words', withTricks({ comment: Buffer.from('built on Monday') })),
  allowedWheel('nothing odd', {}),

  // The end record.
  refusedWheel(
    'the end record counts one member too few',
    'zip-directory',
    withTricks({ end: { members: 3, membersHere: 3 } }),
  ),
  refusedWheel(
    'the end record counts one member too many',
    'zip-directory',
    withTricks({ end: { members: 5, membersHere: 5 } }),
  ),
  refusedWheel('two counts of members', 'zip-end-record', withTricks({ end: { membersHere: 1 } })),
  refusedWheel(
    'a directory on another disk',
    'zip-multi-disk',
    withTricks({ end: { directoryDisk: 1 } }),
  ),
  refusedWheel('an end record of disk 1', 'zip-multi-disk', withTricks({ end: { disk: 1 } })),
  refusedWheel('a directory said to be shorter', 'zip-gap', withTricks({ end: { size: 46 } })),
  refusedWheel(
    'a zip64 sentinel without its record',
    'zip-zip64',
    withTricks({ end: { offset: 0xffffffff } }),
  ),
  refusedWheel('zip64 says another directory', 'zip-zip64', withTricks({ zip64: { offset: 1 } })),
  refusedWheel('zip64 says another count', 'zip-zip64', withTricks({ zip64: { members: 1 } })),
  refusedWheel(
    'zip64 takes over by sentinels, and lies',
    'zip-gap',
    withTricks({ zip64: { offset: 1 }, end: { offset: 0xffffffff } }),
  ),
  allowedWheel('zip64 end record that agrees', withTricks({ zip64: {} })),
  allowedWheel(
    'zip64 end record behind sentinels',
    withTricks({
      zip64: {},
      end: { offset: 0xffffffff, size: 0xffffffff, members: 0xffff, membersHere: 0xffff },
    }),
  ),

  // Local header and directory disagree.
  refusedWheel(
    'the local header has another name',
    'zip-headers-disagree',
    withEntry({ local: { name: Buffer.from('demo/__evil__.py') } }),
  ),
  refusedWheel(
    'the local header has a .pth for a name',
    'zip-headers-disagree',
    withEntry({ local: { name: Buffer.from('demo.pth') } }),
  ),
  refusedWheel(
    'the local header has another size',
    'zip-headers-disagree',
    withEntry({ local: { inflated: 17 } }),
  ),
  refusedWheel(
    'the local header has another compressed size',
    'zip-headers-disagree',
    withEntry({ local: { compressed: 3 } }),
  ),
  refusedWheel(
    'the local header has another checksum',
    'zip-headers-disagree',
    withEntry({ local: { crc: 7 } }),
  ),
  refusedWheel(
    'the local header has another method',
    'zip-headers-disagree',
    withEntry({ local: { method: 0 } }),
  ),
  refusedWheel(
    'the local header has other flags',
    'zip-headers-disagree',
    withEntry({ local: { flags: 0x800 } }),
  ),
  refusedWheel(
    'the local header alone is encrypted',
    'zip-headers-disagree',
    withEntry({ local: { flags: 1 } }),
  ),
  refusedWheel(
    'no local header where the directory points',
    'zip-local-header',
    withEntry(
      { before: Buffer.alloc(0), central: { offset: 0 }, local: {}, data: Buffer.alloc(0) },
      { prepend: Buffer.alloc(30) },
    ),
  ),
  refusedWheel('two entries over one local header', 'zip-overlap', {
    files: { 'demo/__init__.py': 'x = 1\n', 'demo/two.py': 'x = 1\n' },
    entries: ([first, second, ...rest]) => [
      first!,
      { ...second!, central: { offset: 0 } },
      ...rest,
    ],
  }),
  refusedWheel('a member on another disk', 'zip-multi-disk', withEntry({ central: { disk: 1 } })),

  // Data descriptors.
  allowedWheel('a data descriptor with signature', withEntry({ descriptor: 'signed' })),
  allowedWheel('a data descriptor without signature', withEntry({ descriptor: 'bare' })),
  allowedWheel('a wide data descriptor', withEntry({ descriptor: 'signed', zip64: true })),
  allowedWheel(
    'a wide data descriptor without signature',
    withEntry({ descriptor: 'bare', zip64: true }),
  ),
  allowedWheel(
    'a data descriptor after sizes in the header',
    withEntry({
      descriptor: 'signed',
      local: { crc: crc32(LONG), compressed: packed.length, inflated: LONG.length },
    }),
  ),
  refusedWheel(
    'a data descriptor that is missing',
    'zip-descriptor',
    withEntry({ descriptor: 'signed', after: Buffer.alloc(0) }),
  ),
  refusedWheel(
    'a data descriptor with another checksum',
    'zip-descriptor',
    withEntry({
      descriptor: 'signed',
      after: Buffer.concat([Buffer.from('PK\x07\x08'), Buffer.alloc(12, 1)]),
    }),
  ),
  refusedWheel(
    'a wide data descriptor without zip64',
    'zip-descriptor',
    withEntry({
      descriptor: 'signed',
      after: Buffer.concat([Buffer.from('PK\x07\x08'), Buffer.alloc(20)]),
    }),
  ),
  refusedWheel(
    'a stored member with a data descriptor without a signature',
    'zip-stored-descriptor',
    withEntry({ stored: true, descriptor: 'bare' }),
  ),
  refusedWheel(
    'a deflate stream that ends before the directory says',
    'zip-data',
    withEntry({ data: Buffer.concat([packed, Buffer.from('PK\x03\x04 more')]) }),
  ),
  refusedWheel(
    'a deflate stream that ends early, with a descriptor',
    'zip-data',
    withEntry({ descriptor: 'signed', data: Buffer.concat([packed, Buffer.alloc(40)]) }),
  ),

  // Data.
  refusedWheel(
    'a deflate stream that is cut short',
    'zip-data',
    withEntry({ data: packed.subarray(0, -3) }),
  ),
  refusedWheel(
    'a deflate stream that is garbage',
    'zip-data',
    withEntry({ data: Buffer.alloc(50, 0xfe) }),
  ),
  refusedWheel(
    'content beyond the declared size',
    'zip-data',
    withEntry({ data: deflateRawSync(`${LONG}more`) }),
  ),
  refusedWheel(
    'content short of the declared size',
    'zip-data',
    withEntry({ data: deflateRawSync(LONG.slice(1)) }),
  ),
  refusedWheel(
    'content of another checksum',
    'zip-crc',
    withEntry({ data: deflateRawSync(LONG.replace('1', '2')) }),
  ),
  refusedWheel(
    'stored with two sizes',
    'zip-data',
    withEntry({ stored: true, local: { inflated: 3 }, central: { inflated: 3 } }),
  ),
  allowedWheel('stored members', withEntry({ stored: true })),
  allowedWheel(
    'a stored member with a data descriptor, as Go writes it',
    withEntry({ stored: true, descriptor: 'signed' }),
  ),
  refusedWheel(
    "a stored member with a descriptor's signature in its data",
    'zip-stored-descriptor',
    {
      files: { 'demo/__init__.py': '', 'demo/x.bin': Buffer.from('abcPK\x07\x08def', 'latin1') },
      entries: ([first, second, ...rest]) => [
        first!,
        { ...second!, stored: true, descriptor: 'signed' },
        ...rest,
      ],
    },
  ),
  refusedWheel(
    "a stored member with a descriptor's signature where two pieces of it meet",
    'zip-stored-descriptor',
    {
      files: {
        'demo/__init__.py': '',
        'demo/x.bin': Buffer.concat([
          Buffer.alloc(256 * 1024 - 2),
          Buffer.from('PK\x07\x08', 'latin1'),
        ]),
      },
      entries: ([first, second, ...rest]) => [
        first!,
        { ...second!, stored: true, descriptor: 'signed' },
        ...rest,
      ],
    },
  ),
  allowedWheel('a deflated member with such a signature in its data', {
    files: { 'demo/x.bin': Buffer.from('abcPK\x07\x08def', 'latin1') },
    entries: ([first, ...rest]) => [{ ...first!, descriptor: 'signed' }, ...rest],
  }),
  refusedWheel('a stored member whose descriptor contradicts the directory', 'zip-descriptor', {
    ...withEntry({
      stored: true,
      descriptor: 'signed',
      after: Buffer.from('PK\x07\x08............', 'latin1'),
    }),
  }),

  // Signatures of records where none stands.
  ...['\x01\x02', '\x03\x04', '\x05\x06', '\x06\x06', '\x06\x07', '\x07\x08'].flatMap((kind) => {
    const signature = Buffer.from(`aPK${kind}b`, 'latin1');
    const code = [...kind].map((byte) => byte.charCodeAt(0)).join(' ');
    return [
      refusedWheel(
        `the signature ${code} in an entry's comment`,
        'zip-signature',
        withEntry({ comment: signature }),
      ),
      refusedWheel(
        `the signature ${code} in an extra field`,
        'zip-signature',
        withEntry({ extra: extraField(0x6375, signature) }),
      ),
      refusedWheel(
        `the signature ${code} in a local extra field`,
        'zip-signature',
        withEntry({ localExtra: extraField(0x6375, signature) }),
      ),
      refusedWheel(`the signature ${code} in a name`, 'zip-signature', {
        files: { 'demo/__init__.py': '', [`demo/${signature.toString('latin1')}`]: '' },
      }),
    ];
  }),
  allowedWheel(
    'an ordinary comment of an entry',
    withEntry({ comment: Buffer.from('made by PKZIP, PK 1 2') }),
  ),
  allowedWheel('an empty member, deflated', {
    files: { 'demo/__init__.py': '' },
    entries: ([first, ...rest]) => [{ ...first!, stored: false }, ...rest],
  }),

  // Methods, flags, kinds.
  refusedWheel(
    'a version that does not exist',
    'zip-version',
    withEntry({ central: { version: 64 } }),
  ),
  allowedWheel(
    'the newest version',
    withEntry({ local: { version: 63 }, central: { version: 63 } }),
  ),
  refusedWheel(
    'bzip2 inside the zip',
    'zip-method',
    withEntry({ local: { method: 12 }, central: { method: 12 } }),
  ),
  refusedWheel(
    'deflate64 inside the zip',
    'zip-method',
    withEntry({ local: { method: 9 }, central: { method: 9 } }),
  ),
  refusedWheel(
    'an encrypted member',
    'zip-encrypted',
    withEntry({ local: { flags: 1 }, central: { flags: 1 } }),
  ),
  refusedWheel(
    'a strongly encrypted member',
    'zip-encrypted',
    withEntry({ local: { flags: 0x41 }, central: { flags: 0x41 } }),
  ),
  refusedWheel(
    'a hidden directory flag',
    'zip-encrypted',
    withEntry({ local: { flags: 0x2000 }, central: { flags: 0x2000 } }),
  ),
  refusedWheel(
    'a patch flag',
    'zip-flags',
    withEntry({ local: { flags: 0x20 }, central: { flags: 0x20 } }),
  ),
  allowedWheel(
    'flags of the compression level',
    withEntry({ local: { flags: 2 }, central: { flags: 2 } }),
  ),
  refusedWheel('a symbolic link', 'zip-symlink', withEntry({ mode: 0o120777 })),
  refusedWheel('a device', 'zip-special-file', withEntry({ mode: 0o020644 })),
  refusedWheel('a named pipe', 'zip-special-file', withEntry({ mode: 0o010644 })),
  refusedWheel('a folder by its mode', 'zip-special-file', withEntry({ mode: 0o040755 })),
  allowedWheel('an executable file', withEntry({ mode: 0o100755 })),
  allowedWheel('a file without a mode', withEntry({ mode: 0 })),
  refusedWheel('a folder with content', 'zip-folder-data', {
    entries: (entries) => [{ name: 'demo/', content: 'x' }, ...entries],
  }),
  allowedWheel('a folder', { entries: (entries) => [{ name: 'demo/' }, ...entries] }),

  // Extra fields.
  allowedWheel(
    'time stamps that differ in length',
    withEntry({ extra: TIMESTAMP_SHORT, localExtra: TIMESTAMP }),
  ),
  allowedWheel('zip64 sizes on a small member', withEntry({ zip64: true })),
  allowedWheel(
    'zip64 sizes that nobody asks for',
    withEntry({ extra: zip64Extra([LONG.length, packed.length]) }),
  ),
  refusedWheel(
    'zip64 sizes that contradict',
    'zip-zip64',
    withEntry({ extra: zip64Extra([1, 2]) }),
  ),
  refusedWheel(
    'zip64 sizes twice',
    'zip-zip64',
    withEntry({ zip64: true, extra: zip64Extra([1, 2]) }),
  ),
  refusedWheel(
    'zip64 sizes of odd length',
    'zip-zip64',
    withEntry({ extra: extraField(1, Buffer.alloc(5)) }),
  ),
  refusedWheel(
    'a sentinel without zip64 sizes',
    'zip-zip64',
    withEntry({ local: { inflated: 0xffffffff }, central: { inflated: 0xffffffff } }),
  ),
  refusedWheel(
    'an extra field that is cut short',
    'zip-extra',
    withEntry({ extra: Buffer.from([0x55, 0x54, 9, 0, 1]) }),
  ),
  refusedWheel(
    'stray bytes behind the extra fields',
    'zip-extra',
    withEntry({ extra: Buffer.concat([TIMESTAMP, Buffer.from([1, 2])]) }),
  ),
  allowedWheel(
    'zero padding behind the extra fields',
    withEntry({ extra: Buffer.concat([TIMESTAMP, Buffer.from([0, 0])]) }),
  ),
  refusedWheel(
    'a Unicode path that renames',
    'zip-unicode-path',
    withEntry({ extra: unicodePath(NAME, 'demo.pth') }),
  ),
  refusedWheel(
    'a Unicode path in the local header only',
    'zip-unicode-path',
    withEntry({ extra: Buffer.alloc(0), localExtra: unicodePath(NAME, 'demo.pth') }),
  ),
  refusedWheel(
    'a Unicode path with a stale checksum',
    'zip-unicode-path',
    withEntry({ extra: unicodePath(Buffer.from('x'), 'demo/__init__.py') }),
  ),
  allowedWheel(
    'a Unicode path that repeats the name',
    withEntry({ extra: unicodePath(NAME, 'demo/__init__.py') }),
  ),

  // Names.
  refusedWheel('a name twice', 'zip-duplicate', {
    entries: (entries) => [
      { name: 'demo/a.py', content: 'a = 1' },
      ...entries,
      { name: 'demo/a.py', content: 'a = 2' },
    ],
  }),
  refusedWheel('a name twice, once with a dot folder', 'zip-duplicate', {
    entries: (entries) => [{ name: 'demo/a.py' }, { name: 'demo/./a.py' }, ...entries],
  }),
  refusedWheel('a name twice, once with two slashes', 'zip-duplicate', {
    entries: (entries) => [{ name: 'demo/a.py' }, { name: 'demo//a.py' }, ...entries],
  }),
  refusedWheel('RECORD twice, in two cases', 'zip-case-collision', {
    entries: (entries) => [...entries, { name: 'demo-1.0.dist-info/record' }],
  }),
  refusedWheel('METADATA twice, in two cases', 'zip-case-collision', {
    entries: (entries) => [...entries, { name: 'demo-1.0.dist-info/Metadata' }],
  }),
  refusedWheel('a module at the root in two cases', 'zip-case-collision', {
    files: { 'six.py': '', 'SIX.py': '' },
  }),
  refusedWheel('a module at the root with a trailing dot', 'zip-case-collision', {
    files: { 'six.py': '', 'six.py.': '' },
  }),
  refusedWheel('a module at the root in two compositions', 'zip-case-collision', {
    files: { '\u00e9.py': '', 'e\u0301.py': '' },
  }),
  allowedWheel('kernel headers that differ in case', {
    files: { 'demo/xt_MARK.h': 'a', 'demo/xt_mark.h': 'b' },
  }),
  refusedWheel('a file that is a folder too', 'zip-file-and-folder', {
    files: { 'demo/a': '', 'demo/a/b.py': '' },
  }),
  refusedWheel('a file and a folder entry of one name', 'zip-file-and-folder', {
    entries: (entries) => [...entries, { name: 'demo/__init__.py/' }],
  }),
  refusedWheel('a climbing path', 'member-name-climbing', withFile('../demo.py')),
  refusedWheel(
    'a path that climbs in the middle',
    'member-name-climbing',
    withFile('demo/../../x.py'),
  ),
  refusedWheel(
    'a path that climbs and stays inside',
    'member-name-climbing',
    withFile('demo/../x.py'),
  ),
  refusedWheel('a path that climbs on Windows', 'member-name-climbing', withFile('demo/.. /x.py')),
  refusedWheel(
    'a climbing path below .data',
    'member-name-climbing',
    withFile('demo-1.0.data/scripts/../../x'),
  ),
  refusedWheel('an absolute path', 'member-name-absolute', withFile('/etc/cron.d/x')),
  refusedWheel('a drive', 'member-name-absolute', withFile('C:/x.py')),
  refusedWheel('a drive without a slash', 'member-name-absolute', withFile('c:x.py')),
  refusedWheel('a share', 'member-name-absolute', withFile('//host/share/x.py')),
  refusedWheel('a backslash', 'member-name-backslash', withFile('demo\\x.py')),
  refusedWheel('a line break in a name', 'member-name-control', withFile('demo/a\nb.py')),
  refusedWheel('a NUL in a name', 'member-name-control', withFile('demo/a.py\0.txt')),
  refusedWheel(
    'a name that runs from right to left',
    'member-name-control',
    withFile('demo/\u202eyp.exe'),
  ),
  refusedWheel('a zero-width space in a name', 'member-name-control', withFile('demo/a\u200b.py')),
  refusedWheel('an empty name', 'member-name-empty', {
    entries: (entries) => [...entries, { name: '' }],
  }),
  refusedWheel('a name of slashes', 'member-name-empty', {
    entries: (entries) => [...entries, { name: '//' }],
  }),
  allowedWheel('a name in UTF-8', withFile('demo/größe.py')),
  refusedWheel('a name in UTF-8 that is not marked', 'zip-name-encoding', {
    files: { 'demo/größe.py': '' },
    entries: ([first, ...rest]) => [
      { ...first!, local: { flags: 0 }, central: { flags: 0 } },
      ...rest,
    ],
  }),
  refusedWheel('a name that is marked as UTF-8 and is not', 'zip-name-encoding', {
    entries: (entries) => [...entries, { name: Buffer.from('demo/gr\xf6\xdfe.py', 'latin1') }],
  }),
  allowedWheel('a very long path', withFile(`demo/${'long/'.repeat(30)}x.py`)),
  refusedWheel(
    'a path beyond all limits',
    'inspection-limit-path',
    withFile(`demo/${'x'.repeat(1200)}.py`),
  ),
  refusedWheel(
    'folders beyond all limits',
    'inspection-limit-depth',
    withFile(`demo/${'a/'.repeat(60)}x.py`),
  ),
];

function endRecord(): Buffer {
  const record = Buffer.alloc(22);
  record.writeUInt32LE(0x06054b50, 0);
  return record;
}
