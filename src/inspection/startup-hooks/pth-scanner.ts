import type { ContentSink } from '../archive/content.js';
import { printable } from '../printable.js';
import { type Line, LineSplitter } from './lines.js';

/** What a `.pth` file does, by its lines. */
export interface PthFacts {
  /** The first line that is executed: its number and an excerpt in ASCII; undefined where there is none. */
  readonly executable: { readonly number: number; readonly excerpt: string } | undefined;
  /** Whether the content is not UTF-8 text: then what is executed depends on the machine. */
  readonly undecodable: boolean;
  /** The lines that are put on the import path, white space around them dropped. */
  readonly paths: readonly string[];
  /** Whether a path line is too long to be judged, or there are too many. */
  readonly unjudged: boolean;
}

const MAX_PATHS = 1000;

/** Reads a `.pth` file of any size in a stream, as `site.addpackage` would. */
export class PthScanner implements ContentSink {
  readonly #lines = new LineSplitter((line) => this.#judge(line));
  readonly #text = new TextChecker();
  readonly #paths: string[] = [];
  #executable: PthFacts['executable'];
  #unjudged = false;

  write(chunk: Buffer): void {
    this.#text.write(chunk);
    this.#lines.write(chunk);
  }

  finish(): PthFacts {
    this.#lines.end();
    return {
      executable: this.#executable,
      undecodable: !this.#text.isText(),
      paths: this.#paths,
      unjudged: this.#unjudged,
    };
  }

  #judge({ number, head, cut }: Line): void {
    if (isImport(head)) {
      this.#executable ??= { number, excerpt: printable(head, 77) };
      return;
    }
    if (head[0] === 0x23) return;
    if (cut || this.#paths.length === MAX_PATHS) this.#unjudged = true;
    else this.#paths.push(head.toString('utf8').trimEnd());
  }
}

/** What a `.start` file does (PEP 829). */
export interface StartFacts {
  /** The first line that is no comment; undefined where there is none. */
  readonly first: PthFacts['executable'];
  /** Whether a line has the form `package.module:callable`. */
  readonly callable: boolean;
}

/** Reads a `.start` file: every line that is no comment names something to call. */
export class StartScanner implements ContentSink {
  readonly #lines = new LineSplitter((line) => this.#judge(line));
  #first: PthFacts['executable'];
  #callable = false;

  write(chunk: Buffer): void {
    this.#lines.write(chunk);
  }

  finish(): StartFacts {
    this.#lines.end();
    return { first: this.#first, callable: this.#callable };
  }

  #judge({ number, head }: Line): void {
    if (head[0] === 0x23) return;
    this.#first ??= { number, excerpt: printable(head, 77) };
    this.#callable ||= /^[^\s:]+[ \t]*:[ \t]*[^\s:]+\s*$/.test(head.toString('utf8'));
  }
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
