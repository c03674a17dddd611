// The parts of a valid zip archive, to create a wheel in memory or piece by piece.
import { createHash } from 'node:crypto';
import * as zlib from 'node:zlib';

/** A member's bytes, compressed once for any number of members. @param level of deflate; 0: stored */
export function pack(bytes, level = 0) {
  return {
    packed: level > 0 ? zlib.deflateRawSync(bytes, { level }) : bytes,
    deflated: level > 0,
    size: bytes.length,
    crc: zlib.crc32(bytes),
    sha256: createHash('sha256').update(bytes).digest('base64url'),
  };
}

/**
 * A member under its path.
 * @returns `bytes` (local header and content), `entry` (its directory entry, by its offset) and `record` (its line in
 * RECORD)
 */
export function member(path, { packed, deflated, size, crc, sha256 }) {
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(20, 0);
  fields.writeUInt16LE(deflated ? 8 : 0, 4);
  fields.writeUInt16LE(33, 8);
  fields.writeUInt32LE(crc, 10);
  fields.writeUInt32LE(packed.length, 14);
  fields.writeUInt32LE(size, 18);
  fields.writeUInt16LE(Buffer.byteLength(path), 22);
  return {
    bytes: [Buffer.from('PK\x03\x04'), fields, Buffer.from(path), packed],
    length: 4 + fields.length + Buffer.byteLength(path) + packed.length,
    entry(offset) {
      const rest = Buffer.alloc(14);
      rest.writeUInt32LE(offset, 10);
      return Buffer.concat([
        Buffer.from('PK\x01\x02'),
        Buffer.from([20, 0]),
        fields,
        rest,
        Buffer.from(path),
      ]);
    },
    record: `${path},sha256=${sha256},${size}\n`,
  };
}

/**
 * The end of a wheel: its dist-info, then the directory of all members.
 * @param before the preceding part: its length, and the members' directory entries and lines in RECORD
 */
export function wheelEnd(name, version, before) {
  const info = `${name}-${version}.dist-info`;
  const metadata = `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`;
  const wheel = 'Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n';
  const own = [
    member(`${info}/METADATA`, pack(Buffer.from(metadata))),
    member(`${info}/WHEEL`, pack(Buffer.from(wheel))),
  ];
  const record = [...before.records, ...own.map((one) => one.record), `${info}/RECORD,,\n`];
  own.push(member(`${info}/RECORD`, pack(Buffer.from(record.join('')))));
  const entries = [...before.entries];
  let at = before.length;
  for (const one of own) {
    entries.push(one.entry(at));
    at += one.length;
  }
  const directory = Buffer.concat(entries);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...own.flatMap((one) => one.bytes), directory, end]);
}
