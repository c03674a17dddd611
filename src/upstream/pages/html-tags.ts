import { Tokenizer, type TokenizerCallbacks } from 'htmlparser2';
import type { Turns } from '../../runtime/turns.js';

/** Characters that are read between two yields: about a millisecond. */
const PIECE = 32 * 1024;

/** By name in lower case; the first of several with one name. */
export type Attributes = Readonly<Record<string, string>>;

export interface TagHandler {
  onOpen(tag: string, attributes: Attributes): void;
  onClose(tag: string): void;
  onText(text: string): void;
}

/**
 * Reads HTML as a flat sequence of tags and texts. There is no nesting: a parser that tracks open elements searches all
 * of them for each unmatched end tag, so a page of such tags takes quadratic time.
 */
export class HtmlTags {
  readonly #tokenizer: Tokenizer;
  #text = '';
  /** Its offset in everything read so far. */
  #start = 0;
  /** The last written piece. */
  #last = '';

  /** @param known the reported attributes; a tag may have any number of others */
  constructor(known: ReadonlySet<string>, handler: TagHandler) {
    this.#tokenizer = new Tokenizer({}, this.#callbacks(known, handler));
  }

  /** Reads a whole text. The handler receives substrings, which share its memory. */
  async read(text: string, turns: Turns): Promise<void> {
    this.#text = text;
    for (let at = 0; at < text.length; at += PIECE) {
      if (turns.spent) await turns.next();
      this.#tokenizer.write(text.slice(at, at + PIECE));
    }
    this.#tokenizer.end();
  }

  /** Reads a text in pieces, and keeps only as much as may be the start of a name. */
  write(piece: string): void {
    this.#start += this.#text.length - this.#last.length;
    this.#text = this.#last + piece;
    this.#last = piece;
    this.#tokenizer.write(piece);
  }

  end(): void {
    this.#tokenizer.end();
  }

  #slice(start: number, end: number): string {
    return this.#text.slice(Math.max(0, start - this.#start), Math.max(0, end - this.#start));
  }

  #callbacks(known: ReadonlySet<string>, handler: TagHandler): TokenizerCallbacks {
    const slice = (start: number, end: number) => this.#slice(start, end);
    const ignore = () => {};
    let tag = '';
    let attributes: Record<string, string> = {};
    let attribute: string | undefined;
    let value = '';
    const opened = () => handler.onOpen(tag, attributes);
    return {
      ontext: (start, end) => handler.onText(slice(start, end)),
      ontextentity: (codepoint) => handler.onText(String.fromCodePoint(codepoint)),
      onopentagname: (start, end) => {
        tag = slice(start, end).toLowerCase();
        attributes = {};
      },
      onattribname: (start, end) => {
        const name = slice(start, end).toLowerCase();
        attribute = known.has(name) && !Object.hasOwn(attributes, name) ? name : undefined;
        value = '';
      },
      onattribdata: (start, end) => {
        if (attribute !== undefined) value += slice(start, end);
      },
      onattribentity: (codepoint) => {
        if (attribute !== undefined) value += String.fromCodePoint(codepoint);
      },
      onattribend: () => {
        if (attribute !== undefined) attributes[attribute] = value;
      },
      onopentagend: opened,
      onselfclosingtag: opened,
      onclosetag: (start, end) => handler.onClose(slice(start, end).toLowerCase()),
      oncdata: ignore,
      oncomment: ignore,
      ondeclaration: ignore,
      onprocessinginstruction: ignore,
      onend: ignore,
    };
  }
}
