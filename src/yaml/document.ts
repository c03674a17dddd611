import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml';
import { expectedGot } from '../messages/settings.js';
import type { Problem } from './problem.js';

/** Far above the size of handwritten files; a deny list of 10,000 entries has about 1.5 MB. */
const MAX_LENGTH = 16 * 1024 * 1024;

/** The parser is recursive, and a few thousand levels overflow its stack: V8 may then end the process. */
const MAX_DEPTH = 100;

export type Path = readonly PropertyKey[];

/** A parsed YAML file: its value, and the position of each part. */
export interface YamlDocument {
  readonly file: string;
  /** The original text. */
  readonly text: string;
  /** Plain data; undefined for a file that is empty or has only comments. */
  readonly value: unknown;
  /** A problem at the value of `path`, or at its nearest existing parent. */
  problemAt(path: Path, message: string): Problem;
  /** A problem at the key itself. */
  problemAtKey(path: Path, message: string): Problem;
}

/**
 * Reads one YAML 1.2 document. Aliases and tags are rejected: values should be written where they apply, and a few
 * lines of nested aliases can expand to gigabytes.
 * @returns the document, or all its problems
 */
export function readYaml(file: string, text: string): YamlDocument | readonly Problem[] {
  if (text.length > MAX_LENGTH) return [{ file, message: 'longer than 16 MiB' }];
  const lines = new LineCounter();
  const at = (offset: number, message: string): Problem => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col, message };
  };
  if (nestsTooDeep(text)) return [{ file, message: `nested more than ${MAX_DEPTH} levels deep` }];
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: false });
  const faults = [...document.errors, ...document.warnings].map((error) =>
    at(error.pos[0], explain(error)),
  );
  if (faults.length > 0) return faults;
  const unwelcome = unwelcomeNodes(document, at);
  if (unwelcome.length > 0) return unwelcome;
  const root = document.contents;
  return {
    file,
    text,
    value: document.toJS() ?? undefined,
    problemAt: (path, message) => at(offsetOf(root, path, false), message),
    problemAtKey: (path, message) => at(offsetOf(root, path, true), message),
  };
}

/** Uses the lexer, which is not recursive. A block's level takes at least two columns, or one of white space. */
function nestsTooDeep(text: string): boolean {
  if (new RegExp(`^[ \\t?-]{${2 * MAX_DEPTH},}`, 'm').test(text)) return true;
  let depth = 0;
  for (const token of new Lexer().lex(text)) {
    if (token === '[' || token === '{') depth++;
    else if (token === ']' || token === '}') depth--;
    if (depth > MAX_DEPTH) return true;
  }
  return false;
}

/** The parser's messages that quote nothing of the file, which may contain a secret. */
const REPEATING_NOTHING: ReadonlySet<string> = new Set([
  'ALIAS_PROPS',
  'BAD_INDENT',
  'BLOCK_AS_IMPLICIT_KEY',
  'BLOCK_IN_FLOW',
  'KEY_OVER_1024_CHARS',
  'MISSING_CHAR',
  'MULTILINE_IMPLICIT_KEY',
  'MULTIPLE_ANCHORS',
  'MULTIPLE_TAGS',
]);
const UNEXPECTED =
  /^Unexpected (?:[a-z-]+ (?:token|at node end)|, in [a-z ]+|empty item in [a-z ]+)$/;

/** The parser's messages describe its internal states; these describe the remedy. */
function explain(error: YAMLError): string {
  switch (error.code) {
    case 'TAB_AS_INDENT':
      return 'a tab cannot indent; use spaces';
    case 'DUPLICATE_KEY':
      return 'duplicate key';
    case 'MULTIPLE_DOCS':
      return 'a second document starts here (---); a file contains one document';
    case 'BAD_ALIAS':
      return 'aliases are not supported; write the value out';
    case 'TAG_RESOLVE_FAILED':
      return 'tags (!…) are not supported';
    case 'BAD_DQ_ESCAPE':
      return 'not YAML: unknown escape sequence';
    default:
      return REPEATING_NOTHING.has(error.code) || UNEXPECTED.test(error.message)
        ? `not YAML: ${error.message.replace(/\s+/g, ' ')}`
        : 'not YAML: unexpected content';
  }
}

/** Omits a number that is as long as a secret. */
function shortly(key: unknown): string {
  const text = String(key);
  return text.length > 5 ? `a ${typeof key}` : text;
}

function unwelcomeNodes(
  document: Document.Parsed,
  at: (offset: number, message: string) => Problem,
): Problem[] {
  const problems: Problem[] = [];
  visit(document, {
    Node: (_key, node) => {
      const start = node.range?.[0] ?? 0;
      if (isAlias(node)) problems.push(at(start, 'aliases are not supported; write the value out'));
      else if (node.tag !== undefined && !node.tag.startsWith('tag:yaml.org,2002:'))
        problems.push(at(start, 'tags (!…) are not supported'));
    },
    Pair: (_key, pair) => {
      const key = pair.key;
      if (isScalar(key) && typeof key.value === 'string') return;
      const got = isScalar(key) ? `${shortly(key.value)}; put it in quotes` : 'a list or a map';
      problems.push(at((key as Node).range?.[0] ?? 0, expectedGot('a text key', got)));
    },
  });
  return problems;
}

/** Follows a path to its last existing part; `key` selects the last step's key instead of its value. */
function offsetOf(root: Node | null, path: Path, key: boolean): number {
  let node: unknown = root;
  let offset = root?.range?.[0] ?? 0;
  for (const [depth, step] of path.entries()) {
    let next: unknown;
    let keyNode: unknown;
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && item.key.value === step);
      keyNode = pair?.key;
      next = pair?.value;
    } else if (isSeq(node)) {
      next = node.items[Number(step)];
    }
    const last = depth === path.length - 1;
    const shown = [key && last ? keyNode : next, next, keyNode].find((candidate) =>
      hasRange(candidate),
    );
    if (shown === undefined) break;
    offset = shown.range[0];
    node = next;
  }
  return offset;
}

function hasRange(node: unknown): node is { range: [number, number, number] } {
  return typeof node === 'object' && node !== null && Array.isArray((node as Node).range);
}
