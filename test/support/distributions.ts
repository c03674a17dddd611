import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { buildZip, type ZipEntrySpec, type ZipSpec } from './zip-builder.js';

/** An artifact that a test made, under the name that an index would list it by. */
export interface Distribution {
  readonly filename: string;
  readonly bytes: Buffer;
  readonly sha256: string;
  /** Wheels: the METADATA, for the sidecar. */
  readonly metadata?: Buffer;
}

export interface WheelSpec {
  readonly name?: string;
  readonly version?: string;
  readonly tags?: string;
  /** Files beside `.dist-info`, by their paths. */
  readonly files?: Readonly<Record<string, string | Buffer>>;
  readonly requires?: readonly string[];
  /** Entries as they are to be written, listed in RECORD. */
  readonly entries?: readonly ZipEntrySpec[];
  /** Replaces lines of RECORD, METADATA or WHEEL. */
  readonly record?: (lines: string[]) => string[];
  readonly metadata?: string;
  readonly wheel?: string;
  /** Further parts of `.dist-info`. */
  readonly distInfo?: Readonly<Record<string, string>>;
  /** The rest of the zip's structure. */
  readonly zip?: Omit<ZipSpec, 'entries'>;
}

/** A wheel by the book, except for what the spec changes. */
export function buildWheel(spec: WheelSpec = {}): Distribution {
  const { name = 'demo', version = '1.0', tags = 'py3-none-any' } = spec;
  const folder = `${name}-${version}.dist-info`;
  const requires = (spec.requires ?? []).map((requirement) => `Requires-Dist: ${requirement}\n`);
  const metadata = Buffer.from(
    spec.metadata ??
      `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n${requires.join('')}`,
  );
  const wheel =
    spec.wheel ?? `Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: ${tags}\n`;
  const files = spec.files ?? { [`${name}/__init__.py`]: `__version__ = '${version}'\n` };
  const entries: ZipEntrySpec[] = [
    ...Object.entries(files).map(([path, content]) => ({ name: path, content })),
    ...(spec.entries ?? []),
    { name: `${folder}/METADATA`, content: metadata },
    { name: `${folder}/WHEEL`, content: wheel },
    ...Object.entries(spec.distInfo ?? {}).map(([path, content]) => ({
      name: `${folder}/${path}`,
      content,
    })),
  ];
  const lines = entries
    .filter((entry) => !entry.name.toString().endsWith('/'))
    .map((entry) => {
      const content = Buffer.from(entry.content ?? '');
      const digest = createHash('sha256').update(content).digest('base64url');
      return `${csv(entry.name.toString())},sha256=${digest},${content.length}`;
    });
  const record = [...lines, `${folder}/RECORD,,`];
  entries.push({
    name: `${folder}/RECORD`,
    content: `${(spec.record?.(record) ?? record).join('\n')}\n`,
  });
  const bytes = buildZip({ ...spec.zip, entries });
  return distribution(`${name}-${version}-${tags}.whl`, bytes, metadata);
}

/** A member of a tar archive that a test builds. */
export interface TarMember {
  readonly name: string;
  readonly content?: string | Buffer;
  /** `0` for a file (the default), `5` folder, `2` symbolic link, `x` pax header, … */
  readonly type?: string;
  readonly linkName?: string;
  /** What the header says, where it is not the content's length. */
  readonly size?: number;
  readonly checksum?: number;
}

/** Builds a tar archive (ustar) byte by byte, two zero blocks at its end. */
export function buildTar(members: readonly TarMember[], end = Buffer.alloc(1024)): Buffer {
  return Buffer.concat([...members.map(tarMember), end]);
}

export function tarMember(member: TarMember): Buffer {
  const content = Buffer.from(member.content ?? '');
  const header = Buffer.alloc(512);
  header.write(member.name, 0, 100);
  header.write('0000644\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write(`${(member.size ?? content.length).toString(8).padStart(11, '0')}\0`, 124);
  header.write('00000000000\0', 136);
  header.write('        ', 148);
  header.write(member.type ?? '0', 156);
  header.write(member.linkName ?? '', 157, 100);
  header.write('ustar\x0000', 257, 'latin1');
  const sum = member.checksum ?? header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  const padding = Buffer.alloc((512 - (content.length % 512)) % 512);
  return Buffer.concat([header, content, padding]);
}

/** One pax record, with its length counting itself. */
export function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  let length = Buffer.byteLength(rest);
  while (String(length).length + Buffer.byteLength(rest) !== length)
    length = String(length).length + Buffer.byteLength(rest);
  return `${length}${rest}`;
}

export interface SdistSpec {
  readonly name?: string;
  readonly version?: string;
  readonly files?: Readonly<Record<string, string | Buffer>>;
  readonly members?: readonly TarMember[];
  readonly tail?: Buffer;
}

/** A `.tar.gz` sdist with a PKG-INFO and what the spec adds. */
export function buildSdist(spec: SdistSpec = {}): Distribution {
  const { name = 'demo', version = '1.0' } = spec;
  const root = `${name}-${version}`;
  const info = `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`;
  const setup = `from setuptools import setup\nsetup(name='${name}', version='${version}')\n`;
  const files = { 'PKG-INFO': info, 'setup.py': setup, ...spec.files };
  const tar = buildTar([
    ...Object.entries(files).map(([path, content]) => ({ name: `${root}/${path}`, content })),
    ...(spec.members ?? []),
  ]);
  const bytes = Buffer.concat([gzipSync(tar), spec.tail ?? Buffer.alloc(0)]);
  return distribution(`${root}.tar.gz`, bytes);
}

export function distribution(filename: string, bytes: Buffer, metadata?: Buffer): Distribution {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { filename, bytes, sha256, ...(metadata !== undefined && { metadata }) };
}

function csv(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
