/** One logical line of a requirements file. */
export interface LogicalLine {
  readonly text: string;
  /** The first physical line, counted from 1. */
  readonly line: number;
}

/** `str.splitlines`, which pip uses: a form feed in a comment ends the comment. */
const LINE_END = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/;
const COMMENT = /(?:^|\s+)#.*$/;

/**
 * Splits a requirements file by pip's rules: a line with a final backslash continues, then comments are removed. A
 * comment line ends a continued line.
 */
export function logicalLines(text: string): LogicalLine[] {
  const joined: LogicalLine[] = [];
  let pending = '';
  let start = 0;
  const flush = (end: string) => {
    joined.push({ text: pending + end, line: start });
    pending = '';
    start = 0;
  };
  const physical = text.split(LINE_END);
  for (const [index, row] of physical.entries()) {
    if (start === 0) start = index + 1;
    const isComment = /^\s*#/.test(row);
    if (row.endsWith('\\') && !isComment) pending += row.replace(/\\+$/, '');
    // pip inserts a space before a comment, which separates it from the continued line.
    else flush(isComment ? ` ${row}` : row);
  }
  if (start !== 0 && pending !== '') flush('');
  return joined
    .map(({ text: line, line: number }) => ({
      text: line.replace(COMMENT, '').trim(),
      line: number,
    }))
    .filter(({ text: line }) => line !== '');
}

/** A byte order mark, or an encoding in a comment (PEP 263), both of which pip follows. */
const CODING = /^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)/;

/** The text of a requirements file. @throws {RangeError} if its encoding is not supported: it could hide a line */
export function decodeRequirements(content: Buffer): string {
  const utf16 = content[0] === 0xff && content[1] === 0xfe;
  if (utf16) return new TextDecoder('utf-16le', { fatal: true }).decode(content);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch {
    throw new RangeError('not UTF-8 text');
  }
  if (text.includes('\0')) throw new RangeError('not UTF-8 text');
  for (const line of text.split('\n', 2)) {
    const coding = CODING.exec(line)?.[1]?.toLowerCase();
    if (coding !== undefined && !/^(?:utf[-_]?8|u8|ascii|us-ascii)$/.test(coding))
      throw new RangeError(`it declares the encoding ${coding}`);
  }
  return text;
}
