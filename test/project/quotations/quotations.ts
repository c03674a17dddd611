/** Words of a message on a page of the documentation. */
export interface Quotation {
  readonly page: string;
  readonly line: number;
  /** In a table: which column, from 0. */
  readonly column: number | undefined;
  readonly text: string;
}

/** Three words in a row. */
const PROSE = /[A-Za-z]\w*[,:]? [A-Za-z]\w*[,:]? [A-Za-z]\w+/;
/** What begins a command, or is a setting. */
const NO_MESSAGE =
  /^(?:wheelgate|pip|pipx|uv|poetry|pdm|npm|npx|docker|kubectl|helm|systemctl|promtool|devpi|git|curl|sh|cosign|node|openssl|redis-cli|[A-Z_]{2,}=\S*)(?: [a-z-]| [A-Z])|[{}]/;

/**
 * The quotations of a page: code spans of three words or more that are no commands, lines of an output (a fence of
 * `text`; a line that is set in by four goes on with the one before it), and title and detail of a problem document.
 */
export function quotationsIn(page: string, markdown: string): Quotation[] {
  return [...outputs(page, markdown), ...members(page, markdown), ...spans(page, markdown)].sort(
    (one, other) => one.line - other.line,
  );
}

const FENCE = /^```(\w*)\n(.*?)^```$/gms;

function outputs(page: string, markdown: string): Quotation[] {
  return [...markdown.matchAll(FENCE)].flatMap(({ 1: language, 2: output = '', index: start }) => {
    if (language !== 'text') return [];
    const first = lineAt(markdown, start) + 1;
    const found: Quotation[] = [];
    for (const [index, line] of output.split('\n').entries()) {
      const before = found.at(-1);
      if (line.startsWith('    ') && before !== undefined)
        found[found.length - 1] = { ...before, text: `${before.text} ${line.trim()}` };
      else found.push({ page, line: first + index, column: undefined, text: line });
    }
    return found
      .map((one) => ({ ...one, text: inOneLine(one.text.replace(/^ *[a-z-]+ {2,}/, '')) }))
      .filter(({ text }) => !/^\$ |[{}]/.test(text) && PROSE.test(text));
  });
}

function members(page: string, markdown: string): Quotation[] {
  return [...markdown.matchAll(/"(?:title|detail)": "([^"]+)"/g)].map(({ 1: text, index }) => ({
    page,
    line: lineAt(markdown, index),
    column: undefined,
    text: text!,
  }));
}

function spans(page: string, markdown: string): Quotation[] {
  const prose = markdown.replace(FENCE, blank).replace(/^ {4}.*$/gm, blank);
  return [...prose.matchAll(/`([^`]+)`/g)].flatMap(({ 1: text, index }) => {
    const line = prose.slice(prose.lastIndexOf('\n', index) + 1, index);
    const column = line.startsWith('|') ? line.split('|').length - 2 : undefined;
    const span = { page, line: lineAt(prose, index), column, text: inOneLine(text!) };
    return PROSE.test(span.text) && !NO_MESSAGE.test(span.text) ? [span] : [];
  });
}

/** Keeps the lines, so that what is behind keeps its number. */
function blank(text: string): string {
  return text.replace(/[^\n]/g, ' ');
}

function inOneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}
