// A package index as plain files: wheels that are made here, and their pages.
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as zlib from 'node:zlib';

/**
 * A wheel by the book with the given members, stored or deflated.
 * @param members `[name, bytes]`
 */
export function buildWheel(name, members, { deflate = false, version = '1.0' } = {}) {
  const info = `${name}-${version}.dist-info`;
  const entries = [
    ...members,
    [
      `${info}/METADATA`,
      Buffer.from(`Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`),
    ],
    [
      `${info}/WHEEL`,
      Buffer.from('Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n'),
    ],
  ];
  const record = entries.map(([path, bytes]) => {
    const digest = createHash('sha256').update(bytes).digest('base64url');
    return `${path},sha256=${digest},${bytes.length}\n`;
  });
  entries.push([`${info}/RECORD`, Buffer.from(`${record.join('')}${info}/RECORD,,\n`)]);
  const parts = [];
  const directory = [];
  let at = 0;
  for (const [path, bytes] of entries) {
    const packed = deflate ? zlib.deflateRawSync(bytes, { level: 6 }) : bytes;
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(deflate ? 8 : 0, 4);
    fields.writeUInt16LE(33, 8);
    fields.writeUInt32LE(zlib.crc32(bytes), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(bytes.length, 18);
    fields.writeUInt16LE(Buffer.byteLength(path), 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), fields, Buffer.from(path)]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(at, 10);
    directory.push(
      Buffer.from('PK\x01\x02'),
      Buffer.from([20, 0]),
      fields,
      rest,
      Buffer.from(path),
    );
    parts.push(local, packed);
    at += local.length + packed.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(at, 16);
  return {
    filename: `${name}-${version}-py3-none-any.whl`,
    bytes: Buffer.concat([...parts, central, end]),
  };
}

/** Writes a project's page and its files below `root`, as `simple/NAME/index.json` and `files/NAME/…`. */
export function publish(root, name, wheels, extraFiles = []) {
  const folder = join(root, 'files', name);
  mkdirSync(folder, { recursive: true });
  const files = wheels.map(({ filename, bytes }) => {
    writeFileSync(join(folder, filename), bytes);
    return listed(name, filename, bytes.length, createHash('sha256').update(bytes).digest('hex'));
  });
  const page = { meta: { 'api-version': '1.1' }, name, files: [...files, ...extraFiles] };
  mkdirSync(join(root, 'simple', name), { recursive: true });
  writeFileSync(join(root, 'simple', name, 'index.json'), JSON.stringify(page));
}

/** Files of a page that nobody downloads: they make it long. */
export function fillers(name, count) {
  return Array.from({ length: count }, (_, index) => {
    const sha256 = createHash('sha256').update(`${name}${index}`).digest('hex');
    const filename = `${name}-${Math.floor(index / 8)}.${index % 8}-cp311-cp311-manylinux_2_17_x86_64.whl`;
    return listed(name, filename, 1_000_000 + index, sha256);
  });
}

function listed(name, filename, size, sha256) {
  return {
    filename,
    url: `../../files/${name}/${filename}`,
    hashes: { sha256 },
    size,
    'requires-python': '>=3.9',
    'upload-time': '2024-05-06T07:08:09.123456Z',
    'core-metadata': false,
    yanked: false,
  };
}
