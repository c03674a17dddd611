import { randomBytes } from 'node:crypto';
import { type Dispatcher, request } from 'undici';
import type { NoticeEvent } from '../domain/notice-events.js';
import { sign } from './signature.js';
import type { WebhookFormat } from './webhook-body.js';

/** The receiver of messages, with its subscribed events. */
export interface WebhookSettings {
  readonly name: string;
  /** Often a secret by itself: messages omit it. */
  readonly url: string;
  readonly secret?: string | undefined;
  readonly format: WebhookFormat;
  readonly events: readonly NoticeEvent[];
}

/** The result of one attempt. */
export type AttemptResult =
  | { readonly delivered: true }
  | {
      readonly delivered: false;
      /** A clause for people, without the URL. */
      readonly why: string;
      /** Whether others would fare the same: it is away, or overloaded. */
      readonly isOutage: boolean;
      /** Milliseconds to wait, if the receiver declared it. */
      readonly retryAfter: number | undefined;
    };

/** Sends one message to one webhook, once; the signal breaks it off. */
export type SendToWebhook = (
  webhook: WebhookSettings,
  id: string,
  body: string,
  signal?: AbortSignal,
) => Promise<AttemptResult>;

/** For an attempt in all, in milliseconds: Standard Webhooks gives a receiver 15 to 30 s. */
const PATIENCE = 15_000;
/** Limit for a response's body, in bytes, which is not used. */
const MAX_ANSWER = 64 * 1024;
/** The maximum delay that a receiver can request, in milliseconds. */
const MAX_RETRY_AFTER = 60 * 60_000;
/** Statuses that are independent of the message. */
const OUTAGES: ReadonlySet<number> = new Set([401, 403, 404, 408, 410, 425, 429]);

/** An id of one message: the same at every attempt. */
export function newMessageId(): string {
  return `msg_${randomBytes(16).toString('hex')}`;
}

/** @param dispatcher the way out @param now milliseconds since 1970 */
export function createWebhookSender(dispatcher: Dispatcher, now: () => number): SendToWebhook {
  return async ({ url, secret }, id, body, signal) => {
    const late = AbortSignal.timeout(PATIENCE);
    const ends = signal === undefined ? late : AbortSignal.any([late, signal]);
    const timestamp = Math.floor(now() / 1_000);
    const headers: Record<string, string> = {
      'content-type': 'application/json',
      'user-agent': 'wheelgate',
      'webhook-id': id,
      'webhook-timestamp': String(timestamp),
    };
    if (secret !== undefined) headers['webhook-signature'] = sign({ id, timestamp, body }, secret);
    try {
      const answer = await request(url, {
        method: 'POST',
        headers,
        body,
        dispatcher,
        signal: ends,
      });
      // A redirect is not followed: the message is only for the configured receiver.
      const { statusCode } = answer;
      await answer.body.dump({ limit: MAX_ANSWER, signal: ends }).catch(() => {});
      if (statusCode >= 200 && statusCode < 300) return { delivered: true };
      return {
        delivered: false,
        why: `status ${statusCode}`,
        isOutage: statusCode >= 500 || statusCode < 400 || OUTAGES.has(statusCode),
        retryAfter: retryAfter(answer.headers['retry-after']),
      };
    } catch (error) {
      return { delivered: false, why: reasonOf(error), isOutage: true, retryAfter: undefined };
    }
  };
}

/** In seconds; a date is left alone. */
function retryAfter(header: string | string[] | undefined): number | undefined {
  if (typeof header !== 'string' || !/^\d{1,9}$/.test(header)) return undefined;
  return Math.min(Number(header) * 1_000, MAX_RETRY_AFTER);
}

/** The system's error code is the most precise, and contains no URL. */
function reasonOf(error: unknown): string {
  const { name, code } = error as NodeJS.ErrnoException;
  if (name === 'TimeoutError') return `no response within ${PATIENCE / 1_000} s`;
  return code ?? 'unreachable';
}
