/**
 * Reads RECORD's CSV as Python's `csv` module does in its default dialect: commas, double quotes, any line end.
 * @returns rows of fields, or undefined where a quote is never closed
 */
export function parseCsv(text: string): string[][] | undefined {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < text.length) {
    const field = text[at] === '"' ? quoted(text, at) : plain(text, at);
    if (field === undefined) return undefined;
    row.push(field.value);
    at = field.end;
    if (text[at] === ',') {
      at++;
      if (at === text.length || text[at] === '\n' || text[at] === '\r') row.push('');
      else continue;
    }
    if (at < text.length && text[at] !== '\n' && text[at] !== '\r') return undefined;
    at += text.startsWith('\r\n', at) ? 2 : 1;
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  }
  return rows;
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
