import type { ServerResponse } from 'node:http';
import { matchesEtag } from '../conditional.js';
import { sendFailure } from '../problem.js';
import type { Decided, DecisionRecorder, Sent } from './decision-recorder.js';
import { requestedRange, setFileHeaders, setValidators, type Window, windowOf } from './headers.js';
import { NO_BYTES, type Pieces } from './pieces.js';
import { sendRefusal } from './refusal.js';
import { endWith, write } from './write.js';

/** A file that may go out, as far as is known. */
export interface Content {
  /** Undefined where the bytes have no name yet. */
  readonly etag: string | undefined;
  readonly pieces: Pieces;
  /** The label under which the time to its first byte is counted. */
  readonly cache: 'hit' | 'miss' | 'sidecar';
  /** Whether the headers leave before the first piece is here. */
  readonly early?: boolean;
  /** Where a front server finds the bytes: then they are its to send. */
  readonly front?: string | undefined;
}

export interface DeliverySettings {
  /** What was asked for: the artifact's name, or its sidecar's. */
  readonly filename: string;
  /** Where to ask for a waiver. */
  readonly contact: string | undefined;
  /** Told of the time from the request to the first byte, in seconds. */
  readonly onFirstByte: (cache: Content['cache'], seconds: number) => void;
}

const NOTHING: Sent = { bytes: 0, complete: false };

/**
 * The response to one request for a file, and its one record in the decision log. Every end of such a response is here, and
 * each is behind the record: the last bytes of a body, a 304, the end of a HEAD, a refusal. Who gives the bytes cannot end
 * anything. A body under way whose file is refused, or that breaks off, is destroyed, never ended: an ended chunked body
 * would look whole.
 */
export class Delivery {
  readonly #res: ServerResponse;
  readonly #recorder: Pick<DecisionRecorder, 'record'>;
  readonly #settings: DeliverySettings;
  readonly #started = performance.now();
  #recorded: Promise<void> | undefined;

  constructor(
    res: ServerResponse,
    recorder: Pick<DecisionRecorder, 'record'>,
    settings: DeliverySettings,
  ) {
    this.#res = res;
    this.#recorder = recorder;
    this.#settings = settings;
  }

  /** Answers 403. */
  async refuse(decided: Decided): Promise<void> {
    await this.#record(decided, 403, NOTHING);
    sendRefusal(this.#res, decided.subject, decided.verdict, this.#settings.contact);
  }

  /** Writes down that the client hung up before anything was sent. */
  async hungUp(decided: Decided): Promise<void> {
    await this.#record(decided, this.#res.statusCode, NOTHING);
  }

  /** Answers 304: the client has the bytes by that name. */
  unchanged(etag: string, decided: Decided): Promise<void> {
    const res = this.#res;
    return this.#endWithout(decided, 304, NOTHING, () => {
      res.statusCode = 304;
      setValidators(res, etag);
      res.end();
    });
  }

  /**
   * Sends what is asked for of a file; closes its pieces.
   * @param decide what is decided on it as of the moment: the file may have been refused since it began to go out
   */
  async send(content: Content, decide: () => Promise<Decided>): Promise<void> {
    try {
      await this.#send(content, decide);
    } finally {
      await content.pieces.close();
    }
  }

  async #send(content: Content, decide: () => Promise<Decided>): Promise<void> {
    const res = this.#res;
    const { etag, pieces, front } = content;
    if (etag !== undefined && matchesEtag(res.req.headers['if-none-match'], etag))
      return this.unchanged(etag, await decide());
    const { size } = pieces;
    const window = windowOf(requestedRange(res.req, etag), size);
    this.#settings.onFirstByte(content.cache, (performance.now() - this.#started) / 1_000);
    if (window === undefined)
      return this.#endWithout(await decide(), 416, NOTHING, () =>
        sendFailure(res, 'range-not-satisfiable', `The file has ${size} bytes.`, {
          'content-range': `bytes */${size}`,
        }),
      );
    setFileHeaders(res, etag, window, size);
    if (res.req.method === 'HEAD') {
      const sent = { bytes: 0, complete: true };
      return this.#endWithout(await decide(), res.statusCode, sent, () => res.end());
    }
    if (front !== undefined) {
      // Whether all of it reaches the client is what the front server's log tells.
      const sent = { bytes: window.end - window.start, complete: true };
      return this.#endWithout(await decide(), res.statusCode, sent, () => endInFront(res, front));
    }
    if (content.early) res.flushHeaders();
    return this.#pour(pieces, window, decide);
  }

  /** An end that gives no byte away from here: a refusal instead, where that is decided by now. */
  async #endWithout(decided: Decided, status: number, sent: Sent, end: () => void): Promise<void> {
    if (decided.verdict.outcome === 'block') return this.refuse(decided);
    await this.#record(decided, status, sent);
    end();
  }

  /** Sends pieces, and the one with the last byte only behind the record. */
  async #pour(pieces: Pieces, window: Window, decide: () => Promise<Decided>): Promise<void> {
    const res = this.#res;
    let at = window.start;
    try {
      for (;;) {
        const piece = await nextOf(pieces, at, window);
        if (piece === undefined) break;
        if (at + piece.length < stopOf(pieces, window)) {
          if (!(await write(res, piece))) break;
          at += piece.length;
          continue;
        }
        const decided = await decide();
        if (decided.verdict.outcome === 'block') break;
        const bytes = at + piece.length - window.start;
        await this.#record(decided, res.statusCode, { bytes, complete: true });
        return await endWith(res, piece);
      }
    } catch (error) {
      await this.#cut(at - window.start, decide);
      throw error;
    }
    await this.#cut(at - window.start, decide);
  }

  async #cut(bytes: number, decide: () => Promise<Decided>): Promise<void> {
    this.#res.destroy();
    await this.#record(await decide(), this.#res.statusCode, { bytes, complete: false });
  }

  /** Resolves once the record is in the log; there is one a response, whoever asks for it again. */
  #record(decided: Decided, status: number, sent: Sent): Promise<void> {
    const { subject, verdict } = decided;
    const { filename } = this.#settings;
    const answered = { subject, verdict, filename, status, sent };
    this.#recorded ??= this.#recorder.record(this.#res.req, answered);
    return this.#recorded;
  }
}

/** Where the body ends. Without a declared length, only the end of the transfer tells. */
function stopOf({ size }: Pieces, window: Window): number {
  return Math.min(window.end, size ?? Number.POSITIVE_INFINITY);
}

async function nextOf(pieces: Pieces, at: number, window: Window): Promise<Uint8Array | undefined> {
  const stop = stopOf(pieces, window);
  return at < stop ? pieces.next(at, stop) : NO_BYTES;
}

/** Leaves an allowed file to the front server (nginx's `X-Accel-Redirect`), which takes ranges and the pace upon itself. */
function endInFront(res: ServerResponse, path: string): void {
  res.removeHeader('content-range');
  res.setHeader('content-length', 0);
  res.setHeader('x-accel-redirect', path);
  res.end();
}
