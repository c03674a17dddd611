import type { Piece } from '../inspection/probe/partial-source.js';
import type { ProbeReader } from '../inspection/probe/probe-in-thread.js';
import { type ProbeAnswer, TAIL_BYTES } from '../inspection/probe/probe-zip.js';
import type { ListedFile } from '../project-pages/project-pages.js';
import type { AskedRange, RangeAnswer } from '../upstream/upstream.js';
import type { ByteAllowance } from './byte-allowance.js';

/** The result of a probe. */
export type ProbeResult =
  /** It has start-up hooks. */
  | 'found'
  | 'clean'
  /** The server does not support ranges, or not for this file. */
  | 'no-range'
  /** A possible hook was not read: the file is no zip file, unusual, or too large for a probe. */
  | 'unreadable'
  /** The server failed, was too slow, or returned other bytes than requested. */
  | 'failed'
  /** The page's byte limit was reached, or Wheelgate is stopping. */
  | 'stopped';

export class ProbeFailure extends Error {
  readonly result: Exclude<ProbeResult, 'found' | 'clean'>;
  /** Whether the result may apply to the server's other files. */
  readonly isOfServer: boolean;

  constructor(
    result: ProbeFailure['result'],
    why: string,
    { isOfServer = false, ...options }: ErrorOptions & { readonly isOfServer?: boolean } = {},
  ) {
    super(why, options);
    this.result = result;
    this.isOfServer = isOfServer;
  }
}

export interface FetchPieces {
  readonly listed: ListedFile;
  readonly reader: Pick<ProbeReader, 'read'>;
  readonly allowance: ByteAllowance;
  readonly signal: AbortSignal;
  readonly isStopping: () => boolean;
  /** Receives the number of received bytes. */
  readonly onRead: (bytes: number) => void;
  /** Called when the server has returned a range. */
  readonly onPart: () => void;
}

/** The end, the directory, the members, and local headers that are longer than expected. */
const MOST_ROUNDS = 5;
/** The size of an empty zip file, in bytes. */
const LEAST_ZIP = 22;

/** Fetches only the parts of a file that its probe needs. @throws {ProbeFailure} */
export async function fetchPieces(
  parts: FetchPieces,
): Promise<{ readonly size: number; readonly answer: Extract<ProbeAnswer, { kind: 'read' }> }> {
  const { listed, reader } = parts;
  const { name, size: declared } = listed.file;
  if (declared !== undefined && declared < LEAST_ZIP)
    throw new ProbeFailure('unreadable', `its ${declared} bytes are too few for a zip file`);
  const [first] = await fetchRanges(parts, [tailOf(declared)]);
  const { size, etag } = first!;
  if (declared !== undefined && declared !== size)
    throw new ProbeFailure('failed', `it has ${size} bytes instead of ${declared}`);
  const pieces: Piece[] = [pieceOf(first!)];
  for (let round = 1; round < MOST_ROUNDS; round += 1) {
    const answer = await reader.read(name, size, pieces).catch((cause: unknown) => {
      throw new ProbeFailure('unreadable', 'it could not be read', { cause });
    });
    if (answer.kind === 'read') return { size, answer };
    if (answer.kind === 'unreadable') throw new ProbeFailure('unreadable', answer.why);
    const more = await fetchRanges(parts, answer.stretches);
    if (more.some((one) => one.size !== size || one.etag !== etag))
      throw new ProbeFailure('failed', 'it changed during the probe');
    pieces.push(...more.map(pieceOf));
  }
  throw new ProbeFailure('unreadable', 'it requires too many range requests');
}

/** Some servers do not support ranges from the end. */
function tailOf(size: number | undefined): AskedRange {
  if (size === undefined) return { last: TAIL_BYTES };
  return { from: Math.max(0, size - TAIL_BYTES), to: size };
}

/** Fetches all or nothing: after a failure, the other ranges are aborted. */
async function fetchRanges(
  parts: FetchPieces,
  ranges: readonly AskedRange[],
): Promise<readonly RangeAnswer[]> {
  const bytes = ranges.reduce((sum, range) => sum + lengthOf(range), 0);
  if (!parts.allowance.take(bytes))
    throw new ProbeFailure('stopped', 'the byte limit of its page is reached');
  const failed = new AbortController();
  const signal = AbortSignal.any([parts.signal, failed.signal]);
  try {
    return await Promise.all(ranges.map((range) => fetchRange(parts, range, signal)));
  } catch (error) {
    failed.abort();
    throw error;
  }
}

async function fetchRange(
  { listed: { file, upstream }, isStopping, onRead, onPart }: FetchPieces,
  range: AskedRange,
  signal: AbortSignal,
): Promise<RangeAnswer> {
  let answer: RangeAnswer | undefined;
  try {
    answer = await upstream.fetchRange(file.url, range, signal);
  } catch (cause) {
    throw new ProbeFailure(isStopping() ? 'stopped' : 'failed', 'it could not be fetched', {
      cause,
    });
  }
  if (answer === undefined) {
    // A server with range support may respond with the whole file if the range covers it.
    const isOfServer = file.size !== undefined && lengthOf(range) < file.size;
    throw new ProbeFailure('no-range', 'its server does not support ranges for it', { isOfServer });
  }
  onRead(answer.bytes.length);
  if (answer.bytes.length < answer.size) onPart();
  return answer;
}

function lengthOf(range: AskedRange): number {
  return 'last' in range ? range.last : range.to - range.from;
}

function pieceOf({ from, bytes }: RangeAnswer): Piece {
  return { at: from, bytes };
}
