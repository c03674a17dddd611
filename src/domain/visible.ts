/**
 * What a person would not see, or would see in another place than it stands: controls, format characters (text that
 * turns around, zero-width ones), fillers, blanks of other widths, and what no character is. Line feeds and tabs are text.
 */
const UNSEEN = /[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800\ufffc]/u;
const PLAIN = /[ \t\n]/;

/** Whether a character is not shown as it is. Blanks, line feeds and tabs are shown. */
export function isUnseen(character: string): boolean {
  return !PLAIN.test(character) && UNSEEN.test(character);
}

/** A character that is not shown as it is, by the escape that Python has for it: `\x1b`, `\u202e`, `\U000e0001`. */
function escapeOf(character: string): string {
  const code = character.codePointAt(0)!;
  const digits = code.toString(16);
  if (code <= 0xff) return `\\x${digits.padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${digits.padStart(4, '0')}` : `\\U${digits.padStart(8, '0')}`;
}

/** Of a text, what can be read, and what is written as an escape, in turns. */
export interface Piece {
  readonly text: string;
  readonly escaped: boolean;
}

/** Splits a text of any origin into what is shown as it is and what must be made visible. */
export function visiblePieces(text: string): Piece[] {
  const pieces: Piece[] = [];
  let plain = '';
  let escaped = '';
  const endPlain = () => {
    if (plain !== '') pieces.push({ text: plain, escaped: false });
    plain = '';
  };
  const endEscaped = () => {
    if (escaped !== '') pieces.push({ text: escaped, escaped: true });
    escaped = '';
  };
  for (const character of text) {
    if (!isUnseen(character)) {
      endEscaped();
      plain += character;
    } else {
      endPlain();
      escaped += escapeOf(character);
    }
  }
  endPlain();
  endEscaped();
  return pieces;
}

/** The same as one text. */
export function visible(text: string): string {
  if (/^[\x20-\x7e\t\n]*$/.test(text)) return text;
  return visiblePieces(text)
    .map((piece) => piece.text)
    .join('');
}
