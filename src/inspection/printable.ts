/**
 * Text for a report: ASCII, other characters as `\x1b` or `\u{202e}`, cut to `limit` characters. Bytes are read as
 * Latin-1, so each byte is visible.
 */
export function printable(text: string | Uint8Array, limit = 200): string {
  const source =
    typeof text === 'string'
      ? text.slice(0, limit + 1)
      : Buffer.from(text.subarray(0, limit + 1)).toString('latin1');
  let shown = '';
  for (const character of source) {
    const code = character.codePointAt(0)!;
    const piece =
      code >= 0x20 && code <= 0x7e
        ? character
        : code <= 0xff
          ? `\\x${code.toString(16).padStart(2, '0')}`
          : `\\u{${code.toString(16)}}`;
    if (shown.length + piece.length > limit) return `${shown}...`;
    shown += piece;
  }
  return shown;
}
