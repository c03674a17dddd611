import type { ServerResponse } from 'node:http';

/** Sends an uncacheable JSON value. */
export function sendJson(res: ServerResponse, status: number, value: unknown): void {
  res.statusCode = status;
  res.setHeader('content-type', 'application/json');
  res.setHeader('cache-control', 'no-store');
  res.end(`${JSON.stringify(value, null, 2)}\n`);
}
