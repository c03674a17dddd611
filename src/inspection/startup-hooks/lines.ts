import type { Excerpt } from '../../domain/finding.js';
import type { ContentSink } from '../archive/content.js';
import { LineBytes } from './line-bytes.js';

/** A line as `site` sees it: white space in front dropped. */
export interface Line {
  /** Counted from 1, by the finest splitting of all Pythons. */
  readonly number: number;
  /** The line's beginning, at most `HEAD` bytes and never empty; valid during the call only. */
  readonly head: Buffer;
  /** The line as in the file, including white space; valid only during the call. */
  readonly excerpt: () => Excerpt;
}

/** The number of bytes kept from a line without leading white space: enough to determine whether it is executed. */
const HEAD = 1024;

const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Splits text into lines as any of CPython 3.8 to 3.15 would: the union of `str.splitlines` (3.13 on) and universal
 * newlines, and a raw 0x85, which is NEL in a Latin-1 locale. Works on bytes and in a stream, so neither an invalid
 * byte nor an overlong line hides the following lines.
 */
export class LineSplitter implements ContentSink {
  readonly #onLine: (line: Line) => void;
  readonly #head = Buffer.allocUnsafe(HEAD);
  readonly #bytes = new LineBytes();
  #length = 0;
  #number = 1;
  #started = false;
  /** The last bytes seen in this line, to know U+2028, U+2029 and white space of several bytes. */
  #before = 0;
  #beforeThat = 0;

  constructor(onLine: (line: Line) => void) {
    this.#onLine = onLine;
  }

  write(chunk: Buffer): void {
    let start = 0;
    for (let index = 0; index < chunk.length; index += 1)
      if (this.#take(chunk[index]!)) {
        this.#bytes.take(chunk, start, index);
        this.#endLine();
        start = index + 1;
      }
    this.#bytes.take(chunk, start, chunk.length);
  }

  /** Ends the last line. */
  end(): void {
    this.#endLine();
  }

  /** @returns whether the line ends here */
  #take(byte: number): boolean {
    const separator =
      this.#beforeThat === 0xe2 && this.#before === 0x80 && (byte === 0xa8 || byte === 0xa9);
    this.#beforeThat = this.#before;
    this.#before = byte;
    if (separator || endsLine(byte)) return true;
    if (this.#length === HEAD) return false;
    this.#head[this.#length++] = byte;
    if (!this.#started) this.#dropWhiteSpace();
    return false;
  }

  /** Drops white space (or the BOM) at the start of the line, once it is complete. */
  #dropWhiteSpace(): void {
    const first = this.#head[0]!;
    if (this.#length === 1 && first < 0x80) {
      if (isBlank(first)) this.#length = 0;
      else this.#started = true;
      return;
    }
    const front = this.#head.subarray(0, this.#length);
    const isBom = this.#number === 1 && front.equals(BOM);
    if (isBom || isWhiteSpace(front)) this.#length = 0;
    else if (this.#length >= 3 || !mayBecomeWhiteSpace(front)) this.#started = true;
  }

  #endLine(): void {
    const number = this.#number++;
    // Blank lines mean nothing to any reader, and a hostile file may have millions.
    if (this.#length > 0) {
      const excerpt = () => this.#bytes.excerpt(number);
      this.#onLine({ number, head: this.#head.subarray(0, this.#length), excerpt });
    }
    this.#bytes.endLine();
    this.#length = 0;
    this.#started = false;
  }
}

/** `str.splitlines` without its multi-byte line ends; 0x1f is not a line end. */
function endsLine(byte: number): boolean {
  return (byte >= 0x0a && byte <= 0x0d) || (byte >= 0x1c && byte <= 0x1e) || byte === 0x85;
}

/** `str.isspace` for one character in UTF-8. */
function isWhiteSpace(bytes: Buffer): boolean {
  const [a, b, c] = bytes;
  if (bytes.length === 1) return isBlank(a!);
  if (bytes.length === 2) return a === 0xc2 && b === 0xa0;
  if (bytes.length !== 3) return false;
  return (
    (a === 0xe1 && b === 0x9a && c === 0x80) ||
    (a === 0xe2 && b === 0x80 && ((c! >= 0x80 && c! <= 0x8a) || c === 0xaf)) ||
    (a === 0xe2 && b === 0x81 && c === 0x9f) ||
    (a === 0xe3 && b === 0x80 && c === 0x80)
  );
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x1f;
}

function mayBecomeWhiteSpace(bytes: Buffer): boolean {
  const [a, b] = bytes;
  if (bytes.length === 1) return a === 0xc2 || a === 0xe1 || a === 0xe2 || a === 0xe3 || a === 0xef;
  return (
    (a === 0xe1 && b === 0x9a) ||
    (a === 0xe2 && (b === 0x80 || b === 0x81)) ||
    (a === 0xe3 && b === 0x80) ||
    (a === 0xef && b === 0xbb)
  );
}
