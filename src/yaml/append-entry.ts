import { type Document, isMap, isSeq, parseDocument, type YAMLSeq } from 'yaml';

/** A new entry for a list in a YAML file. */
export interface NewEntry {
  /** The top-level key of the list. */
  readonly list: string;
  readonly value: Readonly<Record<string, string | readonly string[]>>;
  /** Comment lines before it, without their `#`. */
  readonly comments: readonly string[];
}

/**
 * The text with an entry added at the end of a list. For a missing list, and one in block style, all other bytes are
 * unchanged; a file in flow style (JSON, `[…]`) keeps its comments, but its white space may change.
 * @param text a valid document (`readYaml`)
 */
export function appendEntry(text: string, entry: NewEntry): string {
  const lineEnd = /\r\n/.test(text) ? '\r\n' : '\n';
  const document = parseDocument(text, { merge: false });
  const root = document.contents;
  if (root !== null && !(isMap(root) && root.flow !== true))
    return rewritten(document, entry, lineEnd);
  const list = root === null ? undefined : root.get(entry.list, true);
  if (root === null || !root.has(entry.list)) {
    const indent = root === null ? '' : indentAt(text, root.range![0]);
    const lines = [`${indent}${entry.list}:`, ...block(entry, `${indent}  `)];
    const before = ended(text, lineEnd);
    const gap = before.trim() === '' ? '' : lineEnd;
    return `${before}${gap}${lines.join(lineEnd)}${lineEnd}`;
  }
  if (!isSeq(list) || list.flow === true || list.items.length === 0)
    return rewritten(document, entry, lineEnd);
  const at = endOfLast(text, list);
  const lines = block(entry, indentAt(text, list.range![0]));
  return `${ended(text.slice(0, at), lineEnd)}${lines.join(lineEnd)}${lineEnd}${text.slice(at)}`;
}

/** The end of the line with a list's last character. */
function endOfLast(text: string, list: YAMLSeq): number {
  const { range } = list.items.at(-1) as { readonly range: readonly [number, number, number] };
  const end = range[1];
  // A text in block style includes its line break.
  if (text[end - 1] === '\n') return end;
  const next = text.indexOf('\n', end);
  return next === -1 ? text.length : next + 1;
}

function indentAt(text: string, offset: number): string {
  return ' '.repeat(
    offset -
      (text.lastIndexOf('\n', offset - 1) + 1) -
      (text[0] === '\ufeff' && !text.slice(0, offset).includes('\n') ? 1 : 0),
  );
}

function ended(text: string, lineEnd: string): string {
  return text === '' || text.endsWith('\n') ? text : text + lineEnd;
}

/** The entry in block style, one string per line. */
function block({ value, comments }: NewEntry, indent: string): string[] {
  const keys = Object.entries(value).map(
    ([key, part], index) => `${indent}${index === 0 ? '- ' : '  '}${key}: ${inFlow(part)}`,
  );
  return [...comments.map((comment) => `${indent}# ${comment}`), ...keys];
}

/** JSON text is valid YAML; a word needs no quotes. */
function inFlow(part: string | readonly string[]): string {
  if (typeof part !== 'string') return `[${part.map(inFlow).join(', ')}]`;
  return /^[a-z][a-z-]*$/.test(part) && !/^(?:true|false|null|yes|no|on|off|y|n)$/.test(part)
    ? part
    : JSON.stringify(part);
}

function rewritten(
  document: Document,
  { list, value, comments }: NewEntry,
  lineEnd: string,
): string {
  const node = document.createNode(value);
  node.commentBefore = comments.map((comment) => ` ${comment}`).join('\n');
  if (isSeq(document.get(list))) document.addIn([list], node);
  else document.set(list, document.createNode([node]));
  return document.toString({ lineWidth: 0 }).replaceAll('\n', lineEnd);
}
