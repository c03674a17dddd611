/** A line of a `.pth` file that puts something on the import path. */
export interface PathLine {
  /** Counted from 1, by line feeds. */
  readonly number: number;
  /** As in the file, between its line feeds. */
  readonly text: string;
  /**
   * Whether every Python, on every system, treats it as the same folder below the `.pth`'s own: a relative path of
   * ordinary characters. The target of any other line is unknown.
   */
  readonly isPlain: boolean;
}

/** Line ends to some Pythons (`str.splitlines`, 3.13 on), characters within a line to the others. */
const SOFT_END = /[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]/;

/** ASCII letters, digits, `_`, `-`; dots inside. No `.`, no `..`, nothing at the ends that Windows drops. */
const SEGMENT = '[A-Za-z0-9_-](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?';
const PLAIN = new RegExp(`^${SEGMENT}(?:/${SEGMENT})*$`);

/** Installers move the content of these folders, or use it themselves. */
const INSTALLERS_OWN = /^[^/]*\.(?:data|dist-info|egg-info)(?:\/|$)/i;

/**
 * The lines of a `.pth` that are not blank, comments, or executed, for every CPython from 3.8 to 3.15. A line that any
 * version might treat as a path is included, marked as not plain.
 */
export function pathLines(content: string): PathLine[] {
  const lines: PathLine[] = [];
  for (const [index, text] of content.split(/\r\n|\r|\n/).entries()) {
    const oneLine = !SOFT_END.test(text);
    if (oneLine && (/^[ \t]*$/.test(text) || /^(?:#|import[ \t])/.test(text))) continue;
    const isPlain = PLAIN.test(text) && !INSTALLERS_OWN.test(text);
    lines.push({ number: index + 1, text, isPlain });
  }
  return lines;
}

/**
 * All interpretations of a line by Python versions: its pieces, without trailing white space (3.8 on) and leading white
 * space (3.15).
 */
export function readingsOf(text: string): string[] {
  const pieces = [text, ...text.split(SOFT_END)].map(withoutEnd);
  return [...new Set([...pieces, ...pieces.map((piece) => piece.trimStart())])].filter(
    (piece) => piece !== '' && !/^(?:#|import[ \t])/.test(piece),
  );
}

/** `str.rstrip`, which knows more white space than `trimEnd`. A loop, for a run may be as long as the file. */
function withoutEnd(text: string): string {
  let end = text.length;
  while (end > 0 && /[\s\x1c-\x1f\x85]/.test(text[end - 1]!)) end--;
  return text.slice(0, end);
}
