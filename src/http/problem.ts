import type { ServerResponse } from 'node:http';
import { FAILURES, type FailureKind } from '../domain/failure.js';
import { askedOf } from './asked.js';
import { cutOff } from './cut-off.js';
import { REQUEST_ID } from './request-id.js';

/** A problem document (RFC 9457) without its `status` and `instance`; further members are ours. */
export interface ProblemDocument {
  readonly type: `urn:wheelgate:${'failure' | 'refused'}:${string}`;
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
  problem: ProblemDocument,
  phrase: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (res.headersSent) {
    // A body has begun under another status: an ended one would look whole.
    cutOff(res, status);
    return;
  }
  const id = askedOf(res.req)?.id;
  const body = problemBody(status, { ...problem, instance: id && `urn:wheelgate:request:${id}` });
  for (const name of res.getHeaderNames()) if (name !== REQUEST_ID) res.removeHeader(name);
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
  const problem = failureProblem(kind, detail);
  sendProblem(res, FAILURES[kind].status, problem, `${problem.title}: ${detail}`, headers);
}

/** The problem document for a kind of failure. */
export function failureProblem(kind: FailureKind, detail: string): ProblemDocument {
  return { type: `urn:wheelgate:failure:${kind}`, title: FAILURES[kind].title, detail };
}

/** A serialized problem document. */
export function problemBody(status: number, problem: ProblemDocument): Buffer {
  return Buffer.from(`${JSON.stringify({ ...problem, status }, null, 2)}\n`);
}

/** Rejects a method that the resource does not support. */
export function sendMethodNotAllowed(res: ServerResponse, methods: readonly string[]): void {
  const detail = `Only ${methods.join(' and ')} are supported.`;
  sendFailure(res, 'method-not-allowed', detail, { allow: methods.join(', ') });
}

/** The longest reason phrase that every client accepts, and the minimum that remains for the text before the tail. */
const LONGEST = 240;
const LEAST = 80;
/** Words in parentheses at the end: ` (startup-hook) (MAL-2026-1)`. */
const NAMES = /(?: \([\w.:-]+\))*$/;

/**
 * Printable ASCII on one line, cut to a length that every client accepts.
 * @param text its last words in parentheses, the rule and the reference of a refusal, are never cut
 * @param tail follows the text: of the two, the text is cut first
 * @param end follows both, and is never cut: a partial link is useless. It is omitted if it leaves no room.
 */
export function reasonPhrase(text: string, tail = '', end = ''): string {
  const [head, middle, last] = [text, tail, end].map((part) =>
    part
      .replace(/\s+/g, ' ')
      .replace(/…/g, '...')
      .replace(/[^\x20-\x7e]/g, '?'),
  ) as [string, string, string];
  if (last.length > LONGEST - LEAST) return reasonPhrase(text, tail);
  const room = LONGEST - last.length;
  const rest = cut(middle, room - Math.min(head.length, LEAST));
  return cutReason(head, room - rest.length) + rest + last;
}

function cutReason(text: string, length: number): string {
  const [names] = NAMES.exec(text)!;
  const kept = text.length > length && names.length <= LEAST / 2 ? names : '';
  return cut(text.slice(0, text.length - kept.length), length - kept.length) + kept;
}

function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  return length < 3 ? '' : `${text.slice(0, length - 3).replace(/[. ]+$/, '')}...`;
}
