/** The start of a cell that a spreadsheet may treat as a formula, also with another separator than ours. */
const FORMULA = /(^|[,;|\t\r\n])(?=[ "]*[=+\-@＝＋－＠])|^(?=[\t\r\n])/g;

/**
 * One line of CSV (RFC 4180) in which every text is quoted. A text that a spreadsheet would treat as a formula gets a
 * leading apostrophe, because clients choose parts of a record, such as the User-Agent.
 */
export function csvLine(values: readonly (string | number | undefined)[]): string {
  return values
    .map((value) => {
      if (typeof value !== 'string') return String(value ?? '');
      return `"${value.replace(FORMULA, "$1'").replaceAll('"', '""')}"`;
    })
    .join(',');
}
