/**
 * Characters that are invisible or displayed at another position: controls, format characters (text direction,
 * zero-width ones), fillers, spaces of other widths, and unassigned code points. Line feeds and tabs are text.
 */
const UNSEEN = /[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800\ufffc]/u;
const PLAIN = /[ \t\n]/;

/** Whether a character is not displayed as itself. Spaces, line feeds and tabs are. */
export function isUnseen(character: string): boolean {
  return !PLAIN.test(character) && UNSEEN.test(character);
}

/** Python's escape of such a character: `\x1b`, `\u202e`, `\U000e0001`. */
function escapeOf(character: string): string {
  const code = character.codePointAt(0)!;
  const digits = code.toString(16);
  if (code <= 0xff) return `\\x${digits.padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${digits.padStart(4, '0')}` : `\\U${digits.padStart(8, '0')}`;
}

/** Alternating parts of a text: readable text, and escapes. */
export interface Piece {
  readonly text: string;
  readonly escaped: boolean;
}

/** Splits an untrusted text into readable parts and parts that need escapes. */
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
