/** Where a cell may begin, also for a spreadsheet that takes another separator than ours, with a formula behind it. */
const FORMULA = /(^|[,;|\t\r\n])(?=[ "]*[=+\-@＝＋－＠])|^(?=[\t\r\n])/g;

/**
 * One line of CSV (RFC 4180): every text is quoted. One that a spreadsheet would take for a formula gets an apostrophe in
 * front of that: parts of a record, such as the User-Agent, are a client's choice.
 */
export function csvLine(values: readonly (string | number | undefined)[]): string {
  return values
    .map((value) => {
      if (typeof value !== 'string') return String(value ?? '');
      return `"${value.replace(FORMULA, "$1'").replaceAll('"', '""')}"`;
    })
    .join(',');
}
