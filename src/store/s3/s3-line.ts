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
  /** The way out, for http and https alike. */
  readonly agent: Agent;
  readonly now: () => number;
  /** Told what is wrong with it, and of undefined once it answers again. */
  readonly onTrouble: (detail: string | undefined) => void;
  readonly patience?: Patience;
}

/** How long S3 may take, in milliseconds. */
export interface Patience {
  readonly connect: number;
  /** To begin its answer. */
  readonly answer: number;
  /** Between two parts of it. */
  readonly body: number;
  /** To take a part of 8 MiB, or to join thousands. */
  readonly take: number;
}

const USUAL: Patience = { connect: 2_000, answer: 3_000, body: 10_000, take: 60_000 };

/** Failures in a row after which it is left alone, and for how long, in milliseconds. */
const MOST_FAILURES = 3;
const SHORTEST = 5_000;
const LONGEST = 30_000;

/** It is left alone for now; what it failed with was told before. */
class LeftAlone extends Error {}

/** What S3's client would say is told of by who asks. */
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

/**
 * The line to an S3-compatible store: each question has a time limit, and none is asked where it has failed often. No
 * checksums of S3's own: some stores do not know them, and everything is checked by its SHA-256 anyway.
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
      // It cannot send a stream twice.
      maxAttempts: 1,
      logger: SILENT,
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      requestHandler: {
        httpAgent: agent,
        httpsAgent: agent as HttpsAgent,
        connectionTimeout: patience.connect,
        socketTimeout: patience.body,
        // More requests than connections wait for their turn: no trouble, and no warning.
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
      // Next to the connection: before anybody reads.
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
   * @param limit to the beginning of the answer, in milliseconds
   * @throws what the question fails with, that it took too long, or at once where it is left alone
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

/** The HTTP status that an error of the client's came with. */
export function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('$metadata' in error)) return undefined;
  return (error.$metadata as { httpStatusCode?: number }).httpStatusCode;
}

/** Gives up when the time is over, whatever becomes of the question. */
async function within<T>(
  limit: number,
  signal: AbortSignal,
  question: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const asked = question(over.signal);
  // It is not waited for where it hears of neither.
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

/** As S3 calls its errors. */
const CODE = /^[A-Za-z0-9.]{1,64}$/;

/** The error's name says what S3 calls it; its message may be a page of somebody else's. */
function wordsOf(error: unknown): string {
  const status = statusOf(error);
  if (!(error instanceof Error)) return String(error);
  if (status !== undefined) return `${status} ${CODE.test(error.name) ? error.name : 'error'}`;
  const { code } = error as NodeJS.ErrnoException;
  return code ?? error.message.slice(0, 200);
}
