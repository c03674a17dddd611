import { Malformed } from '../archive/malformed.js';

/** A row as nearly all are: three fields, no quotes. */
const PLAIN_ROW = /([^",\r\n]*),([^",\r\n]*),([^",\r\n]*)(?:\r\n?|\n|$)/y;

/**
 * Reads RECORD's CSV as Python's `csv` module does in its default dialect: commas, double quotes, any line end. Rows
 * are generated one by one, so a hostile RECORD of millions needs little memory.
 * @throws {Malformed} if a quote is never closed
 */
export function* parseCsv(text: string): Generator<string[]> {
  let row: string[] = [];
  let at = 0;
  while (at < text.length) {
    PLAIN_ROW.lastIndex = at;
    const plainRow = row.length === 0 ? PLAIN_ROW.exec(text) : null;
    if (plainRow !== null) {
      at = PLAIN_ROW.lastIndex;
      yield plainRow.slice(1);
      continue;
    }
    const field = text[at] === '"' ? quoted(text, at) : plain(text, at);
    if (field === undefined) throw new Malformed('an open quote');
    row.push(field.value);
    at = field.end;
    if (text[at] === ',') {
      at++;
      if (at === text.length || text[at] === '\n' || text[at] === '\r') row.push('');
      else continue;
    }
    if (at < text.length && text[at] !== '\n' && text[at] !== '\r')
      throw new Malformed('text after a quote');
    at += text.startsWith('\r\n', at) ? 2 : 1;
    if (row.length > 1 || row[0] !== '') yield row;
    row = [];
  }
}

interface Field {
  readonly value: string;
  readonly end: number;
}

const FIELD_END = /[,\r\n]/g;

function plain(text: string, start: number): Field {
  FIELD_END.lastIndex = start;
  const end = FIELD_END.exec(text)?.index ?? text.length;
  return { value: text.slice(start, end), end };
}

function quoted(text: string, start: number): Field | undefined {
  let value = '';
  for (let at = start + 1; ; ) {
    const quote = text.indexOf('"', at);
    if (quote === -1) return undefined;
    value += text.slice(at, quote);
    if (text[quote + 1] !== '"') return { value, end: quote + 1 };
    value += '"';
    at = quote + 2;
  }
}
