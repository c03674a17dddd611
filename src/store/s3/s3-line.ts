import type { Agent } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import { Readable } from 'node:stream';
import { S3Client } from '@aws-sdk/client-s3';
import { Breaker } from '../../runtime/breaker.js';
import { withDeadline } from '../../runtime/deadline.js';
import { bounded, LONGEST_LIST } from './bounded.js';

export interface S3LineSettings {
  /** Undefined for AWS itself. */
  readonly endpoint: string | undefined;
  readonly region: string;
  /** `endpoint/bucket/key` in place of `bucket.endpoint/key`. */
  readonly pathStyle: boolean;
}

export interface S3LineParts {
  /** The network connection for http and https. */
  readonly agent: Agent;
  readonly now: () => number;
  /** Receives the problem; undefined when it responds again. */
  readonly onTrouble: (detail: string | undefined) => void;
  readonly patience?: Patience;
}

/** Timeouts for S3, in milliseconds. */
export interface Patience {
  readonly connect: number;
  /** Until the response begins. */
  readonly answer: number;
  /** Between two pieces of the body. */
  readonly body: number;
  /** To receive a part of 8 MiB, or to join thousands. */
  readonly take: number;
}

const USUAL: Patience = { connect: 2_000, answer: 3_000, body: 10_000, take: 60_000 };

/** Consecutive failures before a pause, and its length in milliseconds. */
const MOST_FAILURES = 3;
const SHORTEST = 5_000;
const LONGEST = 30_000;

/** Requests are paused; the cause was already reported. */
class LeftAlone extends Error {}

/** The caller reports errors, so the log of S3's client is disabled. */
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

/**
 * The connection to an S3-compatible store: each request has a timeout, and requests pause after repeated failures.
 * S3's own checksums are disabled: some stores do not support them, and every object is verified by its SHA-256 anyway.
 */
export class S3Line {
  readonly patience: Patience;
  readonly #client: S3Client;
  readonly #breaker: Breaker;
  readonly #onTrouble: (detail: string | undefined) => void;

  constructor(settings: S3LineSettings, { agent, now, onTrouble, patience = USUAL }: S3LineParts) {
    const { endpoint, region, pathStyle } = settings;
    this.patience = patience;
    this.#onTrouble = onTrouble;
    this.#client = new S3Client({
      ...(endpoint !== undefined && { endpoint }),
      region,
      forcePathStyle: pathStyle,
      // A stream cannot be sent twice.
      maxAttempts: 1,
      logger: SILENT,
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      requestHandler: {
        httpAgent: agent,
        httpsAgent: agent as HttpsAgent,
        connectionTimeout: patience.connect,
        socketTimeout: patience.body,
        // Requests beyond the connections wait for their turn, which is normal and needs no warning.
        socketAcquisitionWarningTimeout: 2 ** 31 - 1,
      },
    });
    this.#client.middlewareStack.add(
      (next) => async (args) => {
        const answer = await next(args);
        const { method, query } = args.request as { method: string; query?: object };
        const response = answer.response as { statusCode: number; body?: unknown };
        const isGiven = method === 'GET' && response.statusCode === 200;
        const isList = isGiven && query !== undefined && 'list-type' in query;
        if ((!isGiven || isList) && response.body instanceof Readable)
          response.body = bounded(response.body, isList ? LONGEST_LIST : undefined);
        return answer;
      },
      // Closest to the connection, before any reader.
      { step: 'deserialize', priority: 'low' },
    );
    this.#breaker = new Breaker({
      now,
      patience: MOST_FAILURES,
      shortest: SHORTEST,
      longest: LONGEST,
      refuse: () => new LeftAlone(),
      says: (error) => (isCancelled(error) ? 'nothing' : 'gone'),
    });
  }

  /**
   * @param limit until the response begins, in milliseconds
   * @throws the request's error, on a timeout, or immediately during a pause
   */
  async ask<T>(
    limit: number,
    signal: AbortSignal,
    question: (client: S3Client, options: { readonly abortSignal: AbortSignal }) => Promise<T>,
  ): Promise<T> {
    try {
      const answer = await this.#breaker.ask(() => {
        signal.throwIfAborted();
        return within(limit, signal, (abortSignal) => question(this.#client, { abortSignal }));
      });
      this.#onTrouble(undefined);
      return answer;
    } catch (error) {
      if (!(error instanceof LeftAlone) && !isCancelled(error)) this.#onTrouble(wordsOf(error));
      throw error;
    }
  }

  close(): void {
    this.#client.destroy();
  }
}

/** The HTTP status of an error from the client. */
export function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('$metadata' in error)) return undefined;
  return (error.$metadata as { httpStatusCode?: number }).httpStatusCode;
}

/** Ends at the timeout, even if the request does not. */
async function within<T>(
  limit: number,
  signal: AbortSignal,
  question: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const asked = question(over.signal);
  // The request may ignore both, so it is not awaited.
  asked.catch(() => {});
  let leave = () => {};
  try {
    const given = withDeadline(limit, asked, () => new Error(`no response within ${limit} ms`));
    const left = new Promise<never>((_, reject) => {
      leave = () => reject(signal.reason);
      signal.addEventListener('abort', leave);
    });
    return await Promise.race([given, left]);
  } catch (error) {
    over.abort();
    throw error;
  } finally {
    signal.removeEventListener('abort', leave);
  }
}

function isCancelled(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

/** The format of S3's error codes. */
const CODE = /^[A-Za-z0-9.]{1,64}$/;

/** The error's name is S3's code; its message may be an intermediate server's page. */
function wordsOf(error: unknown): string {
  const status = statusOf(error);
  if (!(error instanceof Error)) return String(error);
  if (status !== undefined) return `${status} ${CODE.test(error.name) ? error.name : 'error'}`;
  const { code } = error as NodeJS.ErrnoException;
  return code ?? error.message.slice(0, 200);
}
