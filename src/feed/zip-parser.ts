import { PassThrough } from 'node:stream';
import { type Entry, Parse, type ParseStream } from 'unzipper';

/** What follows a member whose header does not say how long it is (APPNOTE 4.3.9). */
export interface Descriptor {
  readonly crc: number;
  readonly inflated: number;
}

export interface ZipParser {
  /** Takes the archive's bytes, and gives an `Entry` for each local header. */
  readonly stream: ParseStream;
  /** Of the members that have one, in their order: each is there once its member's data have ended. */
  readonly descriptors: Descriptor[];
}

/** A member as the parser gives it; the library's types leave out what its header says of the size. */
export type Member = Entry & { readonly vars: { readonly uncompressedSize: number } };

/** What of the library's stream it takes to look ahead: why its version is pinned. */
interface Pulling extends ParseStream {
  buffer: Buffer;
  /** Asks for more bytes. */
  cb?: (() => void) | undefined;
  /** No more will come. */
  finished?: boolean;
}

const SIGNATURE = Buffer.from('PK\x07\x08', 'latin1');
const DESCRIPTOR_SIZE = 16;

/**
 * The library's streaming parser, with another way to see where a member of unknown length ends: the library takes the
 * first four bytes that look like a descriptor's, which in 60 MB of packed data are there by chance one time in
 * seventy, and every member of OSV's archive is such a one. Here the descriptor has to give the length that its member
 * has. What it says else is kept, for the library drops it.
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

/** The data up to a descriptor, which stays for the library to read. */
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
      data.destroy(new Error('a member has no end'));
    } else if (at === 0) askForMore();
    else data.write(piece, askForMore);
  };
  stream.on('chunk', pass);
  pass();
  return data;
}

/** @returns where the descriptor of a member stands; where it is not there yet, how far there is none */
function findDescriptor(buffer: Buffer, passed: number): { at: number; isThere: boolean } {
  for (let at = buffer.indexOf(SIGNATURE); at !== -1; at = buffer.indexOf(SIGNATURE, at + 1)) {
    if (at + DESCRIPTOR_SIZE > buffer.length) return { at, isThere: false };
    if (buffer.readUInt32LE(at + 8) === passed + at) return { at, isThere: true };
  }
  return { at: Math.max(0, buffer.length - SIGNATURE.length + 1), isThere: false };
}
