import type { ServerResponse } from 'node:http';
import { FAILURES, type FailureKind } from '../domain/failure.js';

/** The members of a problem document (RFC 9457) beside `status`; further members are ours. */
export interface Problem {
  readonly type?: string;
  readonly title: string;
  readonly detail: string;
  readonly [member: string]: unknown;
}

/**
 * Answers with a problem document. The content type is exactly `application/problem+json`, without a
 * charset: uv reads `title` and `detail` only then.
 * @param phrase the reason phrase, which is all that pip prints
 */
export function sendProblem(
  res: ServerResponse,
  status: number,
  problem: Problem,
  phrase = problem.title,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (res.headersSent) {
    // A body has begun under another status: cut it off, for an ended one would look whole.
    res.destroy();
    return;
  }
  const body = Buffer.from(`${JSON.stringify({ ...problem, status }, null, 2)}\n`);
  for (const name of res.getHeaderNames()) res.removeHeader(name);
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
  res.statusCode = status;
  res.statusMessage = reasonPhrase(phrase);
  res.setHeader('content-type', 'application/problem+json');
  res.setHeader('content-length', body.length);
  res.setHeader('cache-control', 'no-store');
  res.setHeader('x-content-type-options', 'nosniff');
  res.end(res.req.method === 'HEAD' ? undefined : body);
}

/** Answers with the status that the table gives a kind of failure. */
export function sendFailure(
  res: ServerResponse,
  kind: FailureKind,
  detail: string,
  headers?: Readonly<Record<string, string>>,
): void {
  const { status, title } = FAILURES[kind];
  sendProblem(res, status, { title, detail }, `${title}: ${detail}`, headers);
}

/** Printable ASCII on one line, cut to a length that every client takes. */
export function reasonPhrase(text: string): string {
  const plain = text.replace(/\s+/g, ' ').replace(/[^\x20-\x7e]/g, '?');
  return plain.length <= 240 ? plain : `${plain.slice(0, 237)}...`;
}
