import { createHash } from 'node:crypto';
import { buildZip, type ZipEntry, type ZipTricks } from './zip.js';

export interface WheelOptions {
  /** Default `demo`. */
  readonly name?: string;
  /** Default `1.0`. */
  readonly version?: string;
  /** Paths and contents other than the `.dist-info` files; they are listed in RECORD. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** Replaces a generated `.dist-info` file, or omits it if undefined. */
  readonly distInfo?: Readonly<Record<string, string | Uint8Array | undefined>>;
  /** The folder's name, default `{name}-{version}.dist-info`. */
  readonly folder?: string;
  /** Changes RECORD's text before it is written. */
  readonly record?: (text: string) => string;
  /** Changes the zip's entries (RECORD is the last) before they are written. */
  readonly entries?: (entries: ZipEntry[]) => readonly ZipEntry[];
  readonly tricks?: ZipTricks;
}

/** A wheel with a valid METADATA, WHEEL and RECORD, unless changed by the options. */
export function buildWheel(options: WheelOptions = {}): Buffer {
  const { name = 'demo', version = '1.0' } = options;
  const folder = options.folder ?? `${name}-${version}.dist-info`;
  const distInfo = {
    METADATA: `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`,
    WHEEL: 'Wheel-Version: 1.0\nGenerator: demo\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
    ...options.distInfo,
  };
  const files: [string, string | Uint8Array][] = Object.entries(
    options.files ?? defaultFiles(name),
  );
  for (const [file, content] of Object.entries(distInfo))
    if (content !== undefined && file !== 'RECORD') files.push([`${folder}/${file}`, content]);
  const rows = files.map(([path, content]) => recordRow(path, content));
  const listed = `${rows.join('')}${folder}/RECORD,,\n`;
  const record = options.record?.(listed) ?? listed;
  const entries: ZipEntry[] = files.map(([path, content]) => ({ name: path, content }));
  if (!('RECORD' in distInfo) || distInfo.RECORD !== undefined)
    entries.push({ name: `${folder}/RECORD`, content: record });
  return buildZip(options.entries?.(entries) ?? entries, options.tricks);
}

function defaultFiles(name: string): Record<string, string> {
  return { [`${name}/__init__.py`]: 'answer = 42\n' };
}

/** One line of RECORD for a file. */
export function recordRow(path: string, content: string | Uint8Array): string {
  const digest = createHash('sha256').update(content).digest('base64url');
  const field = /[",\n]/.test(path) ? `"${path.replaceAll('"', '""')}"` : path;
  return `${field},sha256=${digest},${Buffer.from(content as string).length}\n`;
}

/** `demo-1.0-py3-none-any.whl` */
export function wheelName(name = 'demo', version = '1.0'): string {
  return `${name}-${version}-py3-none-any.whl`;
}
