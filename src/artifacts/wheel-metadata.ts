import { promisify } from 'node:util';
import { inflateRaw } from 'node:zlib';
import { Failure } from '../domain/failure.js';
import { BeyondEnd, type ByteSource } from '../inspection/byte-source.js';
import { DEFAULT_LIMITS } from '../inspection/limits.js';
import { type DirectoryEntry, readCentralDirectory } from '../inspection/zip/central-directory.js';
import { readEndRecord } from '../inspection/zip/end-record.js';
import type { Holding } from '../runtime/memory-budget.js';
import type { ByteReader } from '../store/bytes.js';

/** No METADATA file is longer than this, in bytes; it is held in memory. */
export const MAX_METADATA = 16 * 1024 * 1024;
/** The limit also applies to the directory of the wheel that contains it. */
const MAX_DIRECTORY = MAX_METADATA;
/** The first read from a wheel's end: enough for nearly all directories. */
const TAIL = 128 * 1024;
const LOCAL_HEADER = 30;
const METADATA = /^[^/]+\.dist-info\/METADATA$/i;

const inflate = promisify(inflateRaw);

/**
 * Reads a wheel's METADATA, as its `.metadata` sidecar would be. The wheel is not verified here: the caller checks the
 * bytes against a digest that was declared, or found by inspection.
 * @param memory the budget for parts of the wheel in memory
 * @returns undefined if it has no readable METADATA
 * @throws {Failure} overloaded if there is not enough memory for it in time
 */
export async function readWheelMetadata(
  reader: ByteReader,
  size: number,
  memory: Pick<Holding, 'take'>,
): Promise<Buffer | undefined> {
  try {
    const entry = await findEntry(reader, size, memory);
    return entry && (await readMember(reader, entry, memory));
  } catch (error) {
    if (error instanceof Failure) throw error;
    // Not a zip, or one of another kind than wheels are.
    return undefined;
  }
}

async function findEntry(
  reader: ByteReader,
  size: number,
  memory: Pick<Holding, 'take'>,
): Promise<DirectoryEntry | undefined> {
  await memory.take(TAIL);
  const tail = await endOf(reader, size, Math.max(0, size - TAIL));
  const place = readEndRecord(tail);
  if (place.size > MAX_DIRECTORY) return undefined;
  const from = Math.max(0, place.offset);
  if (from < tail.start) await memory.take(size - from);
  const source = from < tail.start ? await endOf(reader, size, from) : tail;
  const entries = readCentralDirectory(source, place, DEFAULT_LIMITS);
  return entries.find(({ rawName }) => METADATA.test(rawName));
}

async function readMember(
  reader: ByteReader,
  { offset, method, compressed, inflated }: DirectoryEntry,
  memory: Pick<Holding, 'take'>,
): Promise<Buffer | undefined> {
  if (Math.max(compressed, inflated) > MAX_METADATA) return undefined;
  await memory.take(compressed + inflated);
  const header = await readAt(reader, offset, LOCAL_HEADER);
  const data = offset + LOCAL_HEADER + header.readUInt16LE(26) + header.readUInt16LE(28);
  const bytes = await readAt(reader, data, compressed);
  if (method === 0) return bytes;
  return method === 8 ? inflate(bytes, { maxOutputLength: MAX_METADATA }) : undefined;
}

/** An archive of which only the end is available. */
interface End extends ByteSource {
  readonly start: number;
}

async function endOf(reader: ByteReader, size: number, start: number): Promise<End> {
  const bytes = await readAt(reader, start, size - start);
  const read = (offset: number, length: number) => {
    if (offset < start || offset + length > size) throw new BeyondEnd('not in the cache');
    return bytes.subarray(offset - start, offset - start + length);
  };
  return {
    start,
    size,
    read,
    readInto: (target, offset) => target.set(read(offset, target.length)),
  };
}

/** @throws if there are fewer bytes */
async function readAt(reader: ByteReader, start: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  for (let at = 0; at < length; ) {
    const read = await reader.read(bytes.subarray(at), start + at);
    if (read === 0) throw new BeyondEnd(`${length} bytes ended after ${at}`);
    at += read;
  }
  return bytes;
}
