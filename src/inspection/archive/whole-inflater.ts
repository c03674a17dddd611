import { constants, createInflateRaw, type InflateRaw } from 'node:zlib';

/** The longest content that is inflated at once, in bytes: it is held whole. */
export const LONGEST_WHOLE = 1024 * 1024;

/**
 * The internals of Node's inflater. They are undocumented, and therefore used only after a test (`isSound`), and only
 * if all lengths are as declared.
 */
interface Inside {
  readonly _handle?: {
    writeSync(
      flush: number,
      input: Buffer,
      inputAt: number,
      inputLength: number,
      output: Buffer,
      outputAt: number,
      outputLength: number,
    ): void;
    reset(): void;
    onerror: () => void;
  };
  /** The remaining output and input. */
  readonly _writeState?: Uint32Array;
}

/** @returns the content, valid until the next call; undefined if the stream is not exactly one of that length */
type InflateWhole = (stream: Buffer, length: number) => Buffer | undefined;

let known: InflateWhole | false | undefined;

/**
 * Inflates a raw deflate stream (RFC 1951) of a known, short content in one call: a wheel has thousands of them, and
 * for most of them the overhead of calling zlib exceeds the time in zlib.
 *
 * @param length of the content, at most `LONGEST_WHOLE` bytes
 * @returns the content, valid until the next call. Undefined if the stream is damaged, continues after its end or has
 * another length, and if this Node has other internals: the caller reads it in pieces (`RawInflater`) to determine the
 * reason
 */
export function inflateWhole(stream: Buffer, length: number): Buffer | undefined {
  known ??= wholeInflater() ?? false;
  return known === false ? undefined : known(stream, length);
}

function wholeInflater(): InflateWhole | undefined {
  const inflater: InflateRaw & Inside = createInflateRaw();
  const { _handle: handle, _writeState: left } = inflater;
  if (handle === undefined || left === undefined) return undefined;
  let failed = false;
  handle.onerror = () => {
    failed = true;
  };
  // One byte more: a longer content shows by it.
  const output = Buffer.allocUnsafeSlow(LONGEST_WHOLE + 1);
  const inflate: InflateWhole = (stream, length) => {
    failed = false;
    handle.writeSync(constants.Z_FINISH, stream, 0, stream.length, output, 0, length + 1);
    const [outputLeft, inputLeft] = left;
    handle.reset();
    // With room left over it has failed unless the stream has ended.
    const isExact = !failed && outputLeft === 1 && inputLeft === 0;
    return isExact ? output.subarray(0, length) : undefined;
  };
  return isSound(inflate) ? inflate : undefined;
}

/** The deflate stream of `CONTENT`. */
const SAMPLE = Buffer.from('2bcf484dcd5128a73b0900', 'hex');
const CONTENT = 'wheel '.repeat(20);

/** Whether it classifies test streams of all kinds correctly. */
function isSound(inflate: InflateWhole): boolean {
  const damaged = Buffer.from(SAMPLE).fill(0xff, 2, 6);
  try {
    return (
      inflate(SAMPLE, CONTENT.length)?.toString('latin1') === CONTENT &&
      inflate(SAMPLE, CONTENT.length - 1) === undefined &&
      inflate(SAMPLE, CONTENT.length + 1) === undefined &&
      inflate(SAMPLE.subarray(0, -1), CONTENT.length) === undefined &&
      inflate(Buffer.concat([SAMPLE, SAMPLE]), CONTENT.length) === undefined &&
      inflate(damaged, CONTENT.length) === undefined &&
      inflate(SAMPLE, CONTENT.length)?.toString('latin1') === CONTENT
    );
  } catch {
    return false;
  }
}
