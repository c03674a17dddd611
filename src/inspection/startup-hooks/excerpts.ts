import { EXCERPT_BYTES, type Excerpt } from '../../domain/finding.js';
import type { ContentSink } from '../archive/content.js';
import { LineBytes } from './line-bytes.js';

const LINE_FEED = 0x0a;
/** The maximum blank text before the first relevant line, in bytes: longer blanks become the excerpt. */
const HELD = 4 * EXCERPT_BYTES;

/** Keeps the beginning of a content that is evidence as a whole, from its first line that is not blank. */
export class Beginning implements ContentSink {
  readonly #held = Buffer.allocUnsafe(HELD);
  #length = 0;
  /** Where the first line feed behind the held bytes is. */
  #lineEnd: number | undefined;

  write(chunk: Buffer): void {
    if (this.#length < HELD) chunk.copy(this.#held, this.#length);
    if (this.#lineEnd === undefined) {
      const from = Math.max(0, HELD - this.#length);
      const found = from < chunk.length ? chunk.indexOf(LINE_FEED, from) : -1;
      if (found !== -1) this.#lineEnd = this.#length + found;
    }
    this.#length += chunk.length;
  }

  /** Undefined for an empty content. */
  excerpt(): Excerpt | undefined {
    if (this.#length === 0) return undefined;
    const held = this.#held.subarray(0, Math.min(this.#length, HELD));
    const blanks = /^(?:[ \t\r\f]*\n)*/.exec(held.toString('latin1'))![0];
    const offset = blanks.length < held.length ? blanks.length : 0;
    const end = held.indexOf(LINE_FEED, offset);
    const lineEnd = end === -1 ? (this.#lineEnd ?? this.#length) : end;
    const lineLength = lineEnd - offset;
    return {
      base64: held.subarray(offset, offset + EXCERPT_BYTES).toString('base64'),
      offset,
      line: offset === 0 ? 1 : blanks.split('\n').length,
      lineLength,
      truncated: lineLength > EXCERPT_BYTES,
    };
  }
}

/** A line of a content that is held whole. @param number from 1, by line feeds: `\r\n`, `\r` and `\n` */
export function excerptOfLine(content: Buffer, number: number): Excerpt {
  const ends = /\r\n|\r|\n/g;
  const text = content.toString('latin1');
  let start = 0;
  for (let line = 1; line < number && ends.exec(text) !== null; line += 1) start = ends.lastIndex;
  const end = ends.exec(text)?.index ?? text.length;
  const bytes = new LineBytes(start);
  bytes.take(content, start, end);
  return bytes.excerpt(number);
}
