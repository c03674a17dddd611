import { GzipError, gunzipped } from './gunzip-parts.js';
import { codeOf, headOf, type OpenDecisionFile } from './open-files.js';

/** Read at a time, in bytes: little enough that a server that reads its own log goes on answering. */
const CHUNK = 256 * 1024;
/** A longer line is none of ours, in bytes. */
const MAX_LINE = 1024 * 1024;
const NEWLINE = 0x0a;

/**
 * A file in pieces that end where a line ends.
 * @param onGap told what cannot be read, a sentence
 */
export async function* wholeLines(
  file: OpenDecisionFile,
  onGap: (gap: string) => void,
): AsyncGenerator<Buffer> {
  let carry: Buffer = Buffer.alloc(0);
  try {
    for await (const chunk of contents(file, onGap)) {
      const bytes = carry.length === 0 ? chunk : Buffer.concat([carry, chunk]);
      const end = bytes.lastIndexOf(NEWLINE) + 1;
      if (end > 0) yield bytes.subarray(0, end);
      carry = bytes.subarray(end);
      // What is left of it begins like no line, and counts as one that cannot be read.
      if (carry.length > MAX_LINE) carry = Buffer.from('…');
    }
  } catch (error) {
    // The line that it broke off in is part of that.
    onGap(`${file.name} cannot be read to its end: ${codeOf(error)}`);
    return;
  }
  if (carry.length > 0) yield carry;
}

/** The lines of such a piece, without their ends. */
export function* linesIn(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; ) {
    const newline = bytes.indexOf(NEWLINE, at);
    const end = newline === -1 ? bytes.length : newline;
    if (end > at) yield bytes.subarray(at, end);
    at = end + 1;
  }
}

async function* contents(
  file: OpenDecisionFile,
  onGap: (gap: string) => void,
): AsyncGenerator<Buffer> {
  if (file.compression === 'gz') yield* gunzipped(bytesOf(file));
  else if (file.compression === undefined) yield* plainContents(file, onGap);
  else throw new GzipError(`only gzip is read here, not .${file.compression}`);
}

/** Whoever truncates a file in use (`copytruncate`) takes away what was not read yet. */
async function* plainContents(
  file: OpenDecisionFile,
  onGap: (gap: string) => void,
): AsyncGenerator<Buffer> {
  let read = 0;
  for await (const chunk of bytesOf(file)) {
    read += chunk.length;
    yield chunk;
  }
  const head = (await headOf(file.handle)).subarray(0, file.head.length);
  if (read < file.size || !head.equals(file.head))
    onGap(`${file.name} was truncated while it was read: ask again`);
}

async function* bytesOf({ handle }: OpenDecisionFile): AsyncGenerator<Buffer> {
  for (let at = 0; ; ) {
    const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(CHUNK), 0, CHUNK, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}
