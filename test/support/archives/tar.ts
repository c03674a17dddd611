import { gzipSync } from 'node:zlib';

/** One member of a tar, valid except for overridden fields. */
export interface TarEntry {
  readonly name: string | Buffer;
  readonly content?: string | Uint8Array;
  /** `0` file, `1` hard link, `2` symbolic link, `5` folder, `x` pax, `g` global pax, `L`, `K` GNU, `S` sparse. */
  readonly type?: string;
  readonly link?: string;
  /** The header's size, in place of the content's. */
  readonly size?: number;
  /** The raw twelve bytes of the size field. */
  readonly rawSize?: Buffer;
  readonly mode?: number;
  /** The raw twelve bytes of the time field. */
  readonly rawTime?: Buffer;
  readonly format?: 'posix' | 'gnu' | 'v7';
  readonly prefix?: string;
  /** Makes the checksum wrong. */
  readonly badChecksum?: boolean;
}

const BLOCK = 512;

/** Writes a tar file byte by byte. @param end the archive's end, default two blocks of zeros */
export function buildTar(
  entries: readonly TarEntry[],
  end: Buffer = Buffer.alloc(2 * BLOCK),
): Buffer {
  return Buffer.concat([...entries.flatMap(writeEntry), end]);
}

function writeEntry(entry: TarEntry): Buffer[] {
  const content = Buffer.from((entry.content ?? '') as string);
  const padding = Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK);
  return [tarHeader(entry, content.length), content, padding];
}

/** The 512 bytes of one header. */
export function tarHeader(entry: TarEntry, length: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  Buffer.from(entry.name as string).copy(block, 0, 0, 100);
  block.write(octal(entry.mode ?? 0o644, 8), 100, 'latin1');
  block.write(octal(0, 8), 108, 'latin1');
  block.write(octal(0, 8), 116, 'latin1');
  block.write(octal(entry.size ?? length, 12), 124, 'latin1');
  entry.rawSize?.copy(block, 124);
  block.write(octal(0, 12), 136, 'latin1');
  entry.rawTime?.copy(block, 136);
  block.write(entry.type ?? '0', 156, 'latin1');
  block.write(entry.link ?? '', 157, 'utf8');
  const magic = { posix: 'ustar\x0000', gnu: 'ustar  \0', v7: '' }[entry.format ?? 'posix'];
  block.write(magic, 257, 'latin1');
  block.write(entry.prefix ?? '', 345, 'utf8');
  block.write('        ', 148, 'latin1');
  let sum = block.reduce((total, byte) => total + byte, 0);
  if (entry.badChecksum) sum += 1;
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

function octal(value: number, width: number): string {
  return `${value.toString(8).padStart(width - 1, '0')}\0`;
}

/** A pax header (`x`, or `g` for a global one) with these records; it belongs before its member. */
export function pax(records: Readonly<Record<string, string>>, type: 'x' | 'g' = 'x'): TarEntry {
  const content = Object.entries(records)
    .map(([key, value]) => paxRecord(key, value))
    .join('');
  return { name: 'PaxHeaders/0', type, content };
}

/** `length key=value\n`, where the length includes itself. */
export function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  let length = Buffer.byteLength(rest) + 1;
  while (String(length).length + Buffer.byteLength(rest) !== length) length++;
  return `${length}${rest}`;
}

/** GNU's long name (`L`) or long link (`K`); it belongs before its member. */
export function gnuLong(name: string, type: 'L' | 'K' = 'L'): TarEntry {
  return { name: '././@LongLink', type, content: `${name}\0`, format: 'gnu' };
}

export interface SdistOptions {
  /** Default `demo`. */
  readonly name?: string;
  /** Default `1.0`. */
  readonly version?: string;
  /** Paths below `name-version/`, with contents. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** Members after the files. */
  readonly more?: readonly TarEntry[];
}

/** An sdist `name-version.tar.gz` with PKG-INFO and setup.py. */
export function buildSdist(options: SdistOptions = {}): Buffer {
  return gzipSync(buildTar(sdistEntries(options)));
}

/** The members of a valid sdist. */
export function sdistEntries(options: SdistOptions = {}): TarEntry[] {
  const { name = 'demo', version = '1.0', more = [] } = options;
  const root = `${name}-${version}`;
  const files = {
    'PKG-INFO': `Metadata-Version: 1.0\nName: ${name}\nVersion: ${version}\n`,
    'setup.py': 'from setuptools import setup\nsetup()\n',
    ...options.files,
  };
  return [
    { name: `${root}/`, type: '5' },
    ...Object.entries(files).map(([path, content]) => ({ name: `${root}/${path}`, content })),
    ...more,
  ];
}
