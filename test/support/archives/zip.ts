import { crc32, deflateRawSync } from 'node:zlib';

/** One member of a zip, valid except for the tricks. */
export interface ZipEntry {
  readonly name: string | Buffer;
  readonly content?: string | Uint8Array;
  /** Default: deflated if there is content. */
  readonly stored?: boolean;
  /** Writes sizes and checksum after the data: `signed` (with signature), `bare`, or none. */
  readonly descriptor?: 'signed' | 'bare';
  /** Unix mode with its type bits (0o100644); default a plain file, or a folder if the name has a trailing slash. */
  readonly mode?: number;
  /** Uses zip64 sizes in the local header and the directory. */
  readonly zip64?: boolean;
  readonly extra?: Buffer;
  readonly localExtra?: Buffer;
  /** The comment of the directory entry. */
  readonly comment?: Buffer;
  /** Changes the fields of one header or of both, but not the actual data. */
  readonly local?: Partial<ZipFields>;
  readonly central?: Partial<ZipFields>;
  /** The raw data bytes, in place of the compressed content. */
  readonly data?: Buffer;
  /** Bytes before the local header, and after the data (the place of a descriptor). */
  readonly before?: Buffer;
  readonly after?: Buffer;
}

/** The fields of a header. */
export interface ZipFields {
  readonly name: Buffer;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly compressed: number;
  readonly inflated: number;
  readonly offset: number;
  readonly disk: number;
  readonly version: number;
}

/** Inconsistencies of the archive as a whole. */
export interface ZipTricks {
  readonly prepend?: Buffer;
  /** Between the last member and the directory. */
  readonly beforeDirectory?: Buffer;
  /** Between the directory and the end record. */
  readonly beforeEnd?: Buffer;
  readonly append?: Buffer;
  readonly comment?: Buffer;
  /** Writes a zip64 end record and its locator, with these false fields. */
  readonly zip64?: Partial<ZipEnd>;
  readonly end?: Partial<ZipEnd & { membersHere: number; disk: number; directoryDisk: number }>;
  /** Omits these members (by index) from the directory. */
  readonly hidden?: readonly number[];
}

export interface ZipEnd {
  readonly members: number;
  readonly size: number;
  readonly offset: number;
}

/** Writes a zip file byte by byte. */
export function buildZip(entries: readonly ZipEntry[], tricks: ZipTricks = {}): Buffer {
  const parts: Buffer[] = [tricks.prepend ?? Buffer.alloc(0)];
  let at = parts[0]!.length;
  const push = (...buffers: Buffer[]): void => {
    for (const buffer of buffers) {
      parts.push(buffer);
      at += buffer.length;
    }
  };
  const directory: Buffer[] = [];
  entries.forEach((entry, index) => {
    push(entry.before ?? Buffer.alloc(0));
    const { local, data, after, central } = writeEntry(entry, at);
    push(local, data, after);
    if (!tricks.hidden?.includes(index)) directory.push(central);
  });
  push(tricks.beforeDirectory ?? Buffer.alloc(0));
  const truth = { members: directory.length, offset: at, size: Buffer.concat(directory).length };
  push(...directory, tricks.beforeEnd ?? Buffer.alloc(0));
  if (tricks.zip64 !== undefined) push(zip64End({ ...truth, ...tricks.zip64 }, at));
  push(endRecord({ ...truth, ...tricks.end }, tricks), tricks.append ?? Buffer.alloc(0));
  return Buffer.concat(parts);
}

function writeEntry(entry: ZipEntry, offset: number) {
  const name = Buffer.from(entry.name as string);
  const content = Buffer.from((entry.content ?? '') as string);
  const stored = entry.stored ?? content.length === 0;
  const data = entry.data ?? (stored ? content : deflateRawSync(content));
  const isFolder = name.at(-1) === 0x2f;
  const truth: ZipFields = {
    name,
    flags:
      (entry.descriptor === undefined ? 0 : 8) | (name.some((byte) => byte > 0x7f) ? 0x800 : 0),
    method: stored ? 0 : 8,
    crc: crc32(content),
    compressed: data.length,
    inflated: content.length,
    offset,
    disk: 0,
    version: entry.zip64 ? 45 : 20,
  };
  const deferred = entry.descriptor === undefined ? {} : { crc: 0, compressed: 0, inflated: 0 };
  const mode = entry.mode ?? (isFolder ? 0o040755 : 0o100644);
  return {
    local: localHeader({ ...truth, ...deferred, ...entry.local }, entry),
    data,
    after: entry.after ?? descriptor(truth, entry),
    central: directoryEntry({ ...truth, ...entry.central }, entry, mode),
  };
}

function localHeader(fields: ZipFields, entry: ZipEntry): Buffer {
  const extra = Buffer.concat([
    entry.zip64 ? zip64Extra([fields.inflated, fields.compressed]) : Buffer.alloc(0),
    entry.localExtra ?? entry.extra ?? Buffer.alloc(0),
  ]);
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(fields.version, 4);
  header.writeUInt16LE(fields.flags, 6);
  header.writeUInt16LE(fields.method, 8);
  header.writeUInt32LE(0x00210000, 10);
  header.writeUInt32LE(fields.crc, 14);
  header.writeUInt32LE(entry.zip64 ? 0xffffffff : fields.compressed, 18);
  header.writeUInt32LE(entry.zip64 ? 0xffffffff : fields.inflated, 22);
  header.writeUInt16LE(fields.name.length, 26);
  header.writeUInt16LE(extra.length, 28);
  return Buffer.concat([header, fields.name, extra]);
}

function directoryEntry(fields: ZipFields, entry: ZipEntry, mode: number): Buffer {
  const extra = Buffer.concat([
    entry.zip64 ? zip64Extra([fields.inflated, fields.compressed]) : Buffer.alloc(0),
    entry.extra ?? Buffer.alloc(0),
  ]);
  const header = Buffer.alloc(46);
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE((3 << 8) | 20, 4);
  header.writeUInt16LE(fields.version, 6);
  header.writeUInt16LE(fields.flags, 8);
  header.writeUInt16LE(fields.method, 10);
  header.writeUInt32LE(0x00210000, 12);
  header.writeUInt32LE(fields.crc, 16);
  header.writeUInt32LE(entry.zip64 ? 0xffffffff : fields.compressed, 20);
  header.writeUInt32LE(entry.zip64 ? 0xffffffff : fields.inflated, 24);
  header.writeUInt16LE(fields.name.length, 28);
  header.writeUInt16LE(extra.length, 30);
  header.writeUInt16LE(entry.comment?.length ?? 0, 32);
  header.writeUInt16LE(fields.disk, 34);
  header.writeUInt32LE((mode << 16) >>> 0, 38);
  header.writeUInt32LE(fields.offset, 42);
  return Buffer.concat([header, fields.name, extra, entry.comment ?? Buffer.alloc(0)]);
}

function descriptor(fields: ZipFields, entry: ZipEntry): Buffer {
  if (entry.descriptor === undefined) return Buffer.alloc(0);
  const body = Buffer.alloc(entry.zip64 ? 20 : 12);
  body.writeUInt32LE(fields.crc, 0);
  if (entry.zip64) {
    body.writeBigUInt64LE(BigInt(fields.compressed), 4);
    body.writeBigUInt64LE(BigInt(fields.inflated), 12);
  } else {
    body.writeUInt32LE(fields.compressed, 4);
    body.writeUInt32LE(fields.inflated, 8);
  }
  const signature = Buffer.from('PK\x07\x08', 'latin1');
  return entry.descriptor === 'signed' ? Buffer.concat([signature, body]) : body;
}

/** An extra field: identifier, length, data. */
export function extraField(id: number, data: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(id, 0);
  head.writeUInt16LE(data.length, 2);
  return Buffer.concat([head, data]);
}

/** A zip64 extra field with these 64-bit values. */
export function zip64Extra(values: readonly number[]): Buffer {
  const data = Buffer.alloc(values.length * 8);
  values.forEach((value, index) => {
    data.writeBigUInt64LE(BigInt(value), index * 8);
  });
  return extraField(1, data);
}

function zip64End(end: ZipEnd, at: number): Buffer {
  const record = Buffer.alloc(76);
  record.writeUInt32LE(0x06064b50, 0);
  record.writeBigUInt64LE(44n, 4);
  record.writeUInt16LE(45, 12);
  record.writeUInt16LE(45, 14);
  record.writeBigUInt64LE(BigInt(end.members), 24);
  record.writeBigUInt64LE(BigInt(end.members), 32);
  record.writeBigUInt64LE(BigInt(end.size), 40);
  record.writeBigUInt64LE(BigInt(end.offset), 48);
  record.writeUInt32LE(0x07064b50, 56);
  record.writeBigUInt64LE(BigInt(at), 64);
  record.writeUInt32LE(1, 72);
  return record;
}

function endRecord(end: ZipEnd & Partial<Record<string, number>>, tricks: ZipTricks): Buffer {
  const comment = tricks.comment ?? Buffer.alloc(0);
  const record = Buffer.alloc(22);
  record.writeUInt32LE(0x06054b50, 0);
  record.writeUInt16LE(tricks.end?.disk ?? 0, 4);
  record.writeUInt16LE(tricks.end?.directoryDisk ?? 0, 6);
  record.writeUInt16LE(tricks.end?.membersHere ?? end.members, 8);
  record.writeUInt16LE(end.members, 10);
  record.writeUInt32LE(end.size, 12);
  record.writeUInt32LE(end.offset, 16);
  record.writeUInt16LE(comment.length, 20);
  return Buffer.concat([record, comment]);
}
