import type { Excerpt } from '../../domain/finding.js';
import { type ContentSink, Held } from '../archive/content.js';
import { printable } from '../printable.js';
import { type Line, LineSplitter } from './lines.js';
import { type PathLine, pathLines } from './path-lines.js';

/** A line that runs. */
export interface RunLine {
  readonly number: number;
  /** Its beginning, in ASCII. */
  readonly quoted: string;
  readonly excerpt: Excerpt;
}

/** The effects of a `.pth` file, by its lines. */
export interface PthFacts {
  /** The first line that is executed; undefined without one. */
  readonly executable: RunLine | undefined;
  /** Whether the content is invalid UTF-8: the executed code then depends on the machine. */
  readonly undecodable: boolean;
  /** The content; undefined if it is longer than `PTH_HELD_BYTES`. */
  readonly content: Buffer | undefined;
  /** Additions to the import path, if the content is available and text. */
  readonly lines: readonly PathLine[];
}

/** Longer files are searched for lines that are executed, but not judged by their paths. */
const PTH_HELD_BYTES = 256 * 1024;

/** Reads a `.pth` file of any size in a stream, as `site.addpackage` would. */
export class PthScanner implements ContentSink {
  readonly #lines = new LineSplitter((line) => this.#judge(line));
  readonly #text = new TextChecker();
  readonly #held = new Held();
  #length = 0;
  #executable: RunLine | undefined;

  write(chunk: Buffer): void {
    this.#text.write(chunk);
    this.#lines.write(chunk);
    this.#length += chunk.length;
    if (this.#length <= PTH_HELD_BYTES) this.#held.write(chunk);
  }

  finish(): PthFacts {
    this.#lines.end();
    const undecodable = !this.#text.isText();
    const content = this.#length <= PTH_HELD_BYTES ? this.#held.bytes : undefined;
    const lines = undecodable || content === undefined ? [] : pathLines(content.toString('utf8'));
    return { executable: this.#executable, undecodable, content, lines };
  }

  #judge(line: Line): void {
    if (this.#executable === undefined && isImport(line.head)) this.#executable = runLine(line);
  }
}

/** The effects of a `.start` file (PEP 829). */
export interface StartFacts {
  /** The first line that is not a comment; undefined without one. */
  readonly first: RunLine | undefined;
  /** Whether a line has the form `package.module:callable`. */
  readonly callable: boolean;
}

/** Reads a `.start` file: every line that is no comment names something to call. */
export class StartScanner implements ContentSink {
  readonly #lines = new LineSplitter((line) => this.#judge(line));
  #first: RunLine | undefined;
  #callable = false;

  write(chunk: Buffer): void {
    this.#lines.write(chunk);
  }

  finish(): StartFacts {
    this.#lines.end();
    return { first: this.#first, callable: this.#callable };
  }

  #judge(line: Line): void {
    const { head } = line;
    if (head[0] === 0x23) return;
    this.#first ??= runLine(line);
    this.#callable ||= /^[^\s:]+[ \t]*:[ \t]*[^\s:]+\s*$/.test(head.toString('utf8'));
  }
}

function runLine({ number, head, excerpt }: Line): RunLine {
  return { number, quoted: printable(head, 77), excerpt: excerpt() };
}

/** `line.startswith(("import ", "import\t"))`. */
function isImport(head: Buffer): boolean {
  const next = head[6];
  return (next === 0x20 || next === 0x09) && head.toString('latin1', 0, 6) === 'import';
}

/** Whether a content is UTF-8 text without NUL; UTF-16 is not. */
class TextChecker implements ContentSink {
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  #sound = true;

  write(chunk: Buffer): void {
    if (!this.#sound) return;
    try {
      this.#decoder.decode(chunk, { stream: true });
      if (chunk.includes(0)) this.#sound = false;
    } catch {
      this.#sound = false;
    }
  }

  isText(): boolean {
    try {
      if (this.#sound) this.#decoder.decode();
    } catch {
      this.#sound = false;
    }
    return this.#sound;
  }
}
