import { PassThrough } from 'node:stream';
import { type Entry, Parse, type ParseStream } from 'unzipper';

/** The record after a member whose header lacks its length (APPNOTE 4.3.9). */
export interface Descriptor {
  readonly crc: number;
  readonly inflated: number;
}

export interface ZipParser {
  /** Receives the archive's bytes, and emits an `Entry` for each local header. */
  readonly stream: ParseStream;
  /** The descriptors in member order; each is available once its member's data have ended. */
  readonly descriptors: Descriptor[];
}

/** A member as the parser emits it; the library's types lack the header's size. */
export type Member = Entry & { readonly vars: { readonly uncompressedSize: number } };

/** The internals of the library's stream that looking ahead requires, which is why its version is pinned. */
interface Pulling extends ParseStream {
  buffer: Buffer;
  /** Requests more bytes. */
  cb?: (() => void) | undefined;
  /** The input has ended. */
  finished?: boolean;
}

const SIGNATURE = Buffer.from('PK\x07\x08', 'latin1');
const DESCRIPTOR_SIZE = 16;

/**
 * The library's streaming parser, with another detection of the end of a member of unknown length. The library stops at
 * the first four bytes with a descriptor's signature, which occur by chance in one of seventy archives of 60 MB; every
 * member of OSV's archive has unknown length. This parser also compares the descriptor's length with the member's. It
 * keeps the descriptor's other fields, which the library drops.
 */
export function createZipParser(): ZipParser {
  const stream = Parse({ forceStream: true }) as Pulling;
  const descriptors: Descriptor[] = [];
  const { stream: pull } = stream;
  stream.stream = (eof, includeEof) =>
    typeof eof === 'number' || includeEof
      ? pull.call(stream, eof, includeEof)
      : untilDescriptor(stream, (descriptor) => descriptors.push(descriptor));
  return { stream, descriptors };
}

/** The data up to a descriptor, which remains for the library to read. */
function untilDescriptor(
  stream: Pulling,
  onDescriptor: (descriptor: Descriptor) => void,
): PassThrough {
  const data = new PassThrough();
  let passed = 0;
  const askForMore = (): void => {
    const { cb } = stream;
    stream.cb = undefined;
    cb?.();
  };
  const pass = (): void => {
    const { buffer } = stream;
    const { at, isThere } = findDescriptor(buffer, passed);
    const piece = buffer.subarray(0, at);
    stream.buffer = buffer.subarray(at);
    passed += at;
    if (isThere) {
      stream.off('chunk', pass);
      onDescriptor({
        crc: stream.buffer.readUInt32LE(4),
        inflated: stream.buffer.readUInt32LE(12),
      });
      data.end(piece);
    } else if (stream.finished) {
      stream.off('chunk', pass);
      data.destroy(new Error('the end of a member is missing'));
    } else if (at === 0) askForMore();
    else data.write(piece, askForMore);
  };
  stream.on('chunk', pass);
  pass();
  return data;
}

/** @returns the position of a member's descriptor; if it has not arrived, the length without one */
function findDescriptor(buffer: Buffer, passed: number): { at: number; isThere: boolean } {
  for (let at = buffer.indexOf(SIGNATURE); at !== -1; at = buffer.indexOf(SIGNATURE, at + 1)) {
    if (at + DESCRIPTOR_SIZE > buffer.length) return { at, isThere: false };
    if (buffer.readUInt32LE(at + 8) === passed + at) return { at, isThere: true };
  }
  return { at: Math.max(0, buffer.length - SIGNATURE.length + 1), isThere: false };
}
