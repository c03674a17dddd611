import { visible } from '../domain/visible.js';

/** The meaning of a piece of text. A word next to it always has the same meaning, for output without colours. */
export type Style = 'plain' | 'good' | 'bad' | 'warning' | 'quiet' | 'strong';

/** A piece of a line. Its text may come from any source. */
export interface Styled {
  readonly text: string;
  readonly style: Style;
  /** Set for text to copy: it is never wrapped. */
  readonly whole?: true;
}

/** The indentation of continuation lines. */
export const HANG = Symbol('hang');

export type Words = string | Styled | typeof HANG;

/** Where words are shown. */
export interface Surface {
  readonly colours: boolean;
  /** Columns; undefined if lines are never wrapped. */
  readonly width: number | undefined;
}

export function styled(style: Style, text: string): Styled {
  return { text, style };
}

/** Text for copying. */
export function copied(text: string): Styled {
  return { text, style: 'plain', whole: true };
}

/** Text of any origin on one line: terminal control sequences and invisible characters are escaped. */
export function onOneLine(text: string): string {
  return visible(text).replace(/[\n\t]/g, (blank) => (blank === '\n' ? '\\x0a' : '\\x09'));
}

/** Renders the words for an output, without a line break at the end. */
export function rendered(words: readonly Words[], { colours, width }: Surface): string {
  const pieces = words.map((piece) => (piece === HANG ? HANG : escaped(piece)));
  const lines = width === undefined ? [pieces.filter(isStyled)] : broken(pieces, width);
  return lines
    .map((line) => (colours ? merged(line).map(painted) : line.map(({ text }) => text)).join(''))
    .join('\n');
}

/** Columns that a text takes on a terminal. */
export function columnsOf(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let columns = 0;
  for (const character of text)
    columns += /\p{M}/u.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return columns;
}

/** Pads to a number of columns. */
export function padded(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - columnsOf(text)));
}

const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3001-\u303e\uff01-\uff60\uffe0-\uffe6]/u;

/** ECMA-48, select graphic rendition. */
const CODES: Readonly<Record<Exclude<Style, 'plain'>, string>> = {
  good: '32',
  bad: '1;31',
  warning: '33',
  quiet: '2',
  strong: '1',
};

/** Merges adjacent pieces of one style. A space has the style of the piece before it. */
function merged(line: readonly Styled[]): Styled[] {
  const pieces: Styled[] = [];
  for (const { text, style } of line) {
    const last = pieces.at(-1);
    if (last !== undefined && (last.style === style || /^ *$/.test(text)))
      pieces[pieces.length - 1] = { style: last.style, text: last.text + text };
    else pieces.push({ text, style });
  }
  return pieces;
}

function painted({ text, style }: Styled): string {
  return style === 'plain' || text === '' ? text : `\x1b[${CODES[style]}m${text}\x1b[0m`;
}

function escaped(words: string | Styled): Styled {
  if (typeof words === 'string') return { text: onOneLine(words), style: 'plain' };
  return { ...words, text: onOneLine(words.text) };
}

function isStyled(words: Styled | typeof HANG): words is Styled {
  return words !== HANG;
}

/** Fewer columns than this are no place for the lines after the first. */
const LEAST_ROOM = 24;

/** Wraps at spaces. A word that is longer than a line stays whole, and the terminal wraps it. */
function broken(pieces: readonly (Styled | typeof HANG)[], width: number): Styled[][] {
  const lines: Styled[][] = [[]];
  let column = 0;
  let blank = '';
  let hang: number | undefined;
  let indent = 0;
  for (const word of wordsOf(pieces)) {
    if (word === HANG) {
      hang = column + blank.length;
      continue;
    }
    if (word.blank !== undefined) {
      if (column === 0) indent = word.blank.length;
      blank += word.blank;
      continue;
    }
    const columns = word.parts.reduce((sum, { text }) => sum + columnsOf(text), 0);
    const start = startOf(hang ?? indent, indent, width);
    if (column > start && column + blank.length + columns > width) {
      lines.push([{ text: ' '.repeat(start), style: 'plain' }]);
      column = start;
    } else {
      lines.at(-1)!.push({ text: blank, style: 'plain' });
      column += blank.length;
    }
    blank = '';
    lines.at(-1)!.push(...word.parts);
    column += columns;
  }
  return lines;
}

function startOf(wanted: number, indent: number, width: number): number {
  return width - wanted >= LEAST_ROOM ? wanted : Math.min(indent + 2, Math.floor(width / 2));
}

type Token =
  | typeof HANG
  | { readonly blank: string }
  | { readonly blank?: undefined; readonly parts: Styled[] };

/** Pieces without a space between them form one word. */
function wordsOf(pieces: readonly (Styled | typeof HANG)[]): Token[] {
  const tokens: Token[] = [];
  for (const piece of pieces) {
    if (piece === HANG) {
      tokens.push(HANG);
      continue;
    }
    for (const text of piece.whole ? [piece.text] : piece.text.split(/( +)/)) {
      const last = tokens.at(-1);
      if (text === '') continue;
      if (/^ +$/.test(text)) tokens.push({ blank: text });
      else if (last !== undefined && last !== HANG && last.blank === undefined)
        last.parts.push({ ...piece, text });
      else tokens.push({ parts: [{ ...piece, text }] });
    }
  }
  return tokens;
}
