import { crc32, deflateRawSync } from 'node:zlib';

/**
 * One entry of a zip archive that a test builds. What is not given is what an honest writer would put; every
 * other field is written as it is given, true or not.
 */
export interface ZipEntrySpec {
  readonly name: string | Buffer;
  readonly content?: string | Buffer;
  /** 8 deflates (the default), 0 stores; any other number is written over stored content. */
  readonly method?: number;
  readonly flags?: number;
  readonly mode?: number;
  /** The packed bytes, where they are not what `content` packs to. */
  readonly packed?: Buffer;
  readonly crc32?: number;
  readonly uncompressedSize?: number;
  readonly compressedSize?: number;
  readonly extra?: Buffer;
  /** What the local header says instead. */
  readonly local?: {
    readonly name?: string | Buffer;
    readonly flags?: number;
    readonly method?: number;
    readonly crc32?: number;
    readonly uncompressedSize?: number;
    readonly compressedSize?: number;
    readonly extra?: Buffer;
  };
  /** Bytes behind the packed ones: a data descriptor, or a gap. */
  readonly after?: Buffer;
  /** A data descriptor as an honest streaming writer puts it; sets flag 3 and blanks the local header. */
  readonly descriptor?: boolean;
}

export interface ZipSpec {
  readonly entries: readonly ZipEntrySpec[];
  /** Bytes in front of the first entry. */
  readonly before?: Buffer;
  /** Bytes between the last entry and the directory. */
  readonly between?: Buffer;
  /** Bytes behind the end record. */
  readonly behind?: Buffer;
  readonly comment?: Buffer;
  /** What the end record counts. */
  readonly count?: number;
  /** Entries that the directory leaves out, by their index. */
  readonly hidden?: readonly number[];
}

/** Builds a zip archive byte by byte. */
export function buildZip(spec: ZipSpec): Buffer {
  const parts: Buffer[] = [spec.before ?? Buffer.alloc(0)];
  const directory: Buffer[] = [];
  let offset = parts[0]!.length;
  for (const [index, entry] of spec.entries.entries()) {
    const { local, central } = headers(entry, offset);
    parts.push(local);
    offset += local.length;
    if (!spec.hidden?.includes(index)) directory.push(central);
  }
  const between = spec.between ?? Buffer.alloc(0);
  const central = Buffer.concat(directory);
  const count = spec.count ?? directory.length;
  const comment = spec.comment ?? Buffer.alloc(0);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset + between.length, 16);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([...parts, between, central, end, comment, spec.behind ?? Buffer.alloc(0)]);
}

function headers(entry: ZipEntrySpec, offset: number): { local: Buffer; central: Buffer } {
  const content = Buffer.from(entry.content ?? '');
  const method = entry.method ?? (content.length === 0 ? 0 : 8);
  const packed = entry.packed ?? (method === 8 ? deflateRawSync(content) : content);
  const name = Buffer.from(entry.name);
  const flags =
    (entry.flags ?? (name.some((byte) => byte > 127) ? 0x800 : 0)) | (entry.descriptor ? 8 : 0);
  const numbers = {
    crc32: entry.crc32 ?? crc32(content),
    compressedSize: entry.compressedSize ?? packed.length,
    uncompressedSize: entry.uncompressedSize ?? content.length,
  };
  const blank = entry.descriptor ? { crc32: 0, compressedSize: 0, uncompressedSize: 0 } : numbers;
  const said = { name, flags, method, extra: entry.extra, ...blank, ...entry.local };
  const localName = Buffer.from(said.name);
  const localExtra = said.extra ?? Buffer.alloc(0);
  const local = Buffer.alloc(30);
  local.write('PK\x03\x04', 0, 'latin1');
  local.writeUInt16LE(20, 4);
  local.writeUInt16LE(said.flags, 6);
  local.writeUInt16LE(said.method, 8);
  local.writeUInt32LE(0x21, 10);
  local.writeUInt32LE(said.crc32, 14);
  local.writeUInt32LE(said.compressedSize, 18);
  local.writeUInt32LE(said.uncompressedSize, 22);
  local.writeUInt16LE(localName.length, 26);
  local.writeUInt16LE(localExtra.length, 28);

  const extra = entry.extra ?? Buffer.alloc(0);
  const central = Buffer.alloc(46);
  central.write('PK\x01\x02', 0, 'latin1');
  central.writeUInt16LE(0x0314, 4);
  central.writeUInt16LE(20, 6);
  central.writeUInt16LE(flags, 8);
  central.writeUInt16LE(method, 10);
  central.writeUInt32LE(0x21, 12);
  central.writeUInt32LE(numbers.crc32, 16);
  central.writeUInt32LE(numbers.compressedSize, 20);
  central.writeUInt32LE(numbers.uncompressedSize, 24);
  central.writeUInt16LE(name.length, 28);
  central.writeUInt16LE(extra.length, 30);
  central.writeUInt32LE(((entry.mode ?? 0o100644) << 16) >>> 0, 38);
  central.writeUInt32LE(offset, 42);

  const after = entry.after ?? (entry.descriptor ? descriptorOf(numbers) : Buffer.alloc(0));
  return {
    local: Buffer.concat([local, localName, localExtra, packed, after]),
    central: Buffer.concat([central, name, extra]),
  };
}

function descriptorOf(numbers: {
  crc32: number;
  compressedSize: number;
  uncompressedSize: number;
}): Buffer {
  const descriptor = Buffer.alloc(16);
  descriptor.write('PK\x07\x08', 0, 'latin1');
  descriptor.writeUInt32LE(numbers.crc32, 4);
  descriptor.writeUInt32LE(numbers.compressedSize, 8);
  descriptor.writeUInt32LE(numbers.uncompressedSize, 12);
  return descriptor;
}
