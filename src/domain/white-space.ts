/** Python's white space (`str.isspace`, `\s`), which differs from ECMAScript's. */
const WHITE = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

/** `str.strip()`. */
export function stripped(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && isWhite(text, start)) start += 1;
  while (end > start && isWhite(text, end - 1)) end -= 1;
  return text.slice(start, end);
}

export function hasWhiteSpace(text: string): boolean {
  return WHITE.test(text);
}

function isWhite(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code === 0x20 || ((code < 0x20 || code > 0x7f) && WHITE.test(text[at]!));
}
