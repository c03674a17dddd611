import type { Piece, Stretch } from '../inspection/probe/partial-source.js';
import type { ProbeReader } from '../inspection/probe/probe-in-thread.js';
import { type ProbeAnswer, TAIL_BYTES } from '../inspection/probe/probe-zip.js';
import type { ListedFile } from '../project-pages/project-pages.js';
import type { AskedRange, RangeAnswer } from '../upstream/upstream.js';
import type { ByteAllowance } from './byte-allowance.js';

/** What became of a probe. */
export type ProbeResult =
  /** It has start-up hooks. */
  | 'found'
  | 'clean'
  /** The server gives no parts of files. */
  | 'no-range'
  /** No zip file that can be read, or one that is too large for a probe. */
  | 'unreadable'
  /** The server failed, was too slow, or gave something else than was asked for. */
  | 'failed'
  /** The bytes for the page were used up, or Wheelgate is stopping. */
  | 'stopped';

export class ProbeFailure extends Error {
  readonly result: Exclude<ProbeResult, 'found' | 'clean'>;

  constructor(result: ProbeFailure['result'], why: string, options?: ErrorOptions) {
    super(why, options);
    this.result = result;
  }
}

export interface FetchPieces {
  readonly listed: ListedFile;
  readonly reader: Pick<ProbeReader, 'read'>;
  readonly allowance: ByteAllowance;
  readonly signal: AbortSignal;
  readonly isStopping: () => boolean;
  /** Told of the bytes that were received. */
  readonly onRead: (bytes: number) => void;
}

/** The end, the directory, the members, and local headers that are longer than expected. */
const MOST_ROUNDS = 5;

/** Fetches as much of a file as its probe needs, and no more. @throws {ProbeFailure} */
export async function fetchPieces(
  parts: FetchPieces,
): Promise<{ readonly size: number; readonly answer: Extract<ProbeAnswer, { kind: 'read' }> }> {
  const { listed, reader } = parts;
  const { name } = listed.file;
  const first = await fetchRange(parts, tailOf(listed.file.size));
  const { size, etag } = first;
  if (listed.file.size !== undefined && listed.file.size !== size)
    throw new ProbeFailure('failed', `it has ${size} bytes, and should have ${listed.file.size}`);
  const pieces: Piece[] = [pieceOf(first)];
  for (let round = 1; round < MOST_ROUNDS; round += 1) {
    const answer = await reader.read(name, size, pieces).catch((cause: unknown) => {
      throw new ProbeFailure('unreadable', 'it could not be read', { cause });
    });
    if (answer.kind === 'read') return { size, answer };
    if (answer.kind === 'unreadable') throw new ProbeFailure('unreadable', answer.why);
    const more = await Promise.all(answer.stretches.map((range) => fetchRange(parts, range)));
    if (more.some((one) => one.size !== size || one.etag !== etag))
      throw new ProbeFailure('failed', 'it changed while it was probed');
    pieces.push(...more.map(pieceOf));
  }
  throw new ProbeFailure('unreadable', 'it asks for more and more of its bytes');
}

/** Some servers know no range that counts from the end. */
function tailOf(size: number | undefined): AskedRange {
  if (size === undefined) return { last: TAIL_BYTES };
  return { from: Math.max(0, size - TAIL_BYTES), to: size };
}

async function fetchRange(
  { listed, allowance, signal, isStopping, onRead }: FetchPieces,
  range: Stretch | AskedRange,
): Promise<RangeAnswer> {
  if (!allowance.take('last' in range ? range.last : range.to - range.from))
    throw new ProbeFailure('stopped', 'its page has used up its bytes');
  let answer: RangeAnswer | undefined;
  try {
    answer = await listed.upstream.fetchRange(listed.file.url, range, signal);
  } catch (cause) {
    throw new ProbeFailure(isStopping() ? 'stopped' : 'failed', 'it could not be had', { cause });
  }
  if (answer === undefined) throw new ProbeFailure('no-range', 'its server gives no parts of it');
  onRead(answer.bytes.length);
  return answer;
}

function pieceOf({ from, bytes }: RangeAnswer): Piece {
  return { at: from, bytes };
}
