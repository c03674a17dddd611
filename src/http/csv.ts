import type { IncomingMessage, ServerResponse } from 'node:http';
import { csvLine } from '../runtime/csv.js';

/** Sends an uncacheable table for spreadsheets. @param rows the first has the columns' names */
export function sendCsv(
  req: IncomingMessage,
  res: ServerResponse,
  name: string,
  rows: readonly (readonly (string | number | undefined)[])[],
): void {
  const body = Buffer.from(rows.map((row) => `${csvLine(row)}\r\n`).join(''));
  res.statusCode = 200;
  res.setHeader('content-type', 'text/csv; charset=utf-8');
  res.setHeader('content-disposition', `attachment; filename="${name}"`);
  res.setHeader('cache-control', 'no-store');
  res.setHeader('x-content-type-options', 'nosniff');
  res.setHeader('content-length', body.length);
  res.end(req.method === 'HEAD' ? undefined : body);
}
