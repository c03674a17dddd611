import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { type DecisionRecord, readRecord } from './decision-record.js';

/** Read at a time, in bytes: little enough that a server that reads its own log goes on answering. */
const CHUNK = 256 * 1024;
/** A longer line is none of ours, in bytes. */
const MAX_LINE = 1024 * 1024;
const NEWLINE = 0x0a;

/**
 * The records of a decision log's files, one after the other; torn lines are left out.
 * @param needles where given, only lines that hold one of these texts are read at all: a log of gigabytes is
 * searched at the speed of the disk
 * @throws where a file cannot be read, or is not the gzip that its name says
 */
export async function* readDecisions(
  files: readonly string[],
  needles?: readonly string[],
): AsyncGenerator<DecisionRecord> {
  const wanted = needles?.map((needle) => Buffer.from(needle));
  const holds = (bytes: Buffer) =>
    wanted === undefined || wanted.some((needle) => bytes.includes(needle));
  for (const file of files)
    for await (const lines of wholeLines(file)) {
      if (!holds(lines)) continue;
      for (const line of splitLines(lines)) {
        const record = holds(line) ? readRecord(line.toString('utf8')) : undefined;
        if (record !== undefined) yield record;
      }
    }
}

/** The file in pieces that end where a line ends. */
async function* wholeLines(file: string): AsyncGenerator<Buffer> {
  const raw = createReadStream(file, { highWaterMark: CHUNK });
  const source = file.endsWith('.gz')
    ? raw.on('error', (error) => source.destroy(error)).pipe(createGunzip({ chunkSize: CHUNK }))
    : raw;
  let carry: Buffer = Buffer.alloc(0);
  try {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      const bytes = carry.length === 0 ? chunk : Buffer.concat([carry, chunk]);
      const end = bytes.lastIndexOf(NEWLINE) + 1;
      if (end > 0) yield bytes.subarray(0, end);
      carry = bytes.length - end > MAX_LINE ? Buffer.alloc(0) : bytes.subarray(end);
    }
    if (carry.length > 0) yield carry;
  } finally {
    raw.destroy();
  }
}

function* splitLines(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; ) {
    const newline = bytes.indexOf(NEWLINE, at);
    const end = newline === -1 ? bytes.length : newline;
    if (end > at) yield bytes.subarray(at, end);
    at = end + 1;
  }
}
