import { Lexer } from 'yaml';

/** The lexer's tokens that are not text: a document begins, a plain scalar follows, a flow ends too early. */
const [DOCUMENT, SCALAR, FLOW_END] = ['\u0002', '\u001f', '\u0018'];

/** A YAML file's text without its comments; the rest keeps its line numbers. */
export function withoutComments(text: string): string {
  let plain = '';
  let isScalar = false;
  for (const token of new Lexer().lex(text)) {
    if (isScalar) plain += token;
    else if (token.startsWith('%')) plain += token.replace(/[ \t]+#.*$/s, '');
    else if (!token.startsWith('#') && !MARKS.has(token)) plain += token;
    isScalar = !isScalar && token === SCALAR;
  }
  return plain.replace(/[ \t]+(?=\r?\n|$)/g, '');
}

const MARKS: ReadonlySet<string> = new Set([DOCUMENT, SCALAR, FLOW_END]);
