/**
 * One line of CSV (RFC 4180). Text that a spreadsheet would take for a formula gets an apostrophe in front: parts
 * of a record, such as the User-Agent, are a client's choice.
 */
export function csvLine(values: readonly (string | number | undefined)[]): string {
  return values
    .map((value) => {
      const text = String(value ?? '');
      const harmless = /^[=+\-@\t\r]/.test(text) && typeof value === 'string' ? `'${text}` : text;
      return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
    })
    .join(',');
}
