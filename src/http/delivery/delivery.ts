import type { ServerResponse } from 'node:http';
import { asFailure, FAILURES, type FailureKind } from '../../domain/failure.js';
import { counted } from '../../domain/plural.js';
import { matchesEtag } from '../conditional.js';
import { cutOff, isOver, tooSlow } from '../cut-off.js';
import { sendFailure } from '../problem.js';
import type { Decided, DecisionRecorder, Sent } from './decision-recorder.js';
import { requestedRange, setFileHeaders, setValidators, type Window, windowOf } from './headers.js';
import type { Pieces } from './pieces.js';
import { REFUSED, sendRefusal } from './refusal.js';
import type { LinkTo } from './refusal-links.js';
import { endWith, write } from './write.js';

/** A file that may be sent, as far as is known. */
export interface Content {
  /** Undefined if the digest is not known yet. */
  readonly etag: string | undefined;
  readonly pieces: Pieces;
  /** The label for the metric of the time to first byte; undefined if no byte is available yet. */
  readonly cache: 'hit' | 'miss' | 'sidecar' | undefined;
  /** Whether the headers leave before the first piece is here. */
  readonly early?: boolean;
  /** The front server's path of the bytes, if it sends them. */
  readonly front?: string | undefined;
}

export interface DeliverySettings {
  /** Name of the requested file: the artifact or its sidecar. */
  readonly filename: string;
  /** Contact for waiver requests. */
  readonly contact: string | undefined;
  readonly linkTo: LinkTo;
  /** Receives the time from the request to the first byte, in seconds. */
  readonly onFirstByte: (cache: NonNullable<Content['cache']>, seconds: number) => void;
  /** Bytes received from the upstream that are in no record yet. */
  readonly takeFetched: () => number | undefined;
}

const NOTHING: Sent = { bytes: 0, complete: false };
/**
 * Typical size of a connection's send buffer, in bytes: until it is closed, it does not show whether the client reads
 * from it.
 */
const AT_ONCE = 128 * 1024;

/**
 * The response to one request for a file, and its one record in the decision log. Every end of such a response is here, and
 * each is behind the record: the last byte of a body, a 304, the end of a HEAD, a refusal. Who gives the bytes cannot end
 * anything. Every body has a declared length, and one under way whose file is refused, or that breaks off, is destroyed before
 * it: each client and proxy on the way can tell.
 */
export class Delivery {
  readonly #res: ServerResponse;
  readonly #recorder: Pick<DecisionRecorder, 'record' | 'recordCut'>;
  readonly #settings: DeliverySettings;
  readonly #started = performance.now();
  #cache: Content['cache'];
  #recorded: Promise<void> | undefined;

  constructor(
    res: ServerResponse,
    recorder: Pick<DecisionRecorder, 'record' | 'recordCut'>,
    settings: DeliverySettings,
  ) {
    this.#res = res;
    this.#recorder = recorder;
    this.#settings = settings;
  }

  /** Answers 403. */
  async refuse(decided: Decided): Promise<void> {
    const { contact, linkTo } = this.#settings;
    // Awaited together: if one was awaited alone, a rejection of the other would be unhandled and end the process.
    const [, more] = await Promise.all([
      this.#record(decided, REFUSED, NOTHING),
      linkTo(decided.subject),
    ]);
    sendRefusal(this.#res, decided.subject, decided.verdict, { contact, more });
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

  /** Records the error response, unless the response already has a record. */
  async failed(decided: Decided, failure: FailureKind): Promise<void> {
    await this.#record(decided, FAILURES[failure].status, NOTHING, failure);
  }

  /**
   * Sends the requested part of a file and closes its pieces.
   * @param decide returns the current decision: the file may have been refused since the response began
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
    this.#cache = content.cache;
    if (content.cache !== undefined)
      this.#settings.onFirstByte(content.cache, (performance.now() - this.#started) / 1_000);
    if (window === undefined)
      return this.#endWithout(await decide(), 416, { ...NOTHING, size }, () =>
        sendFailure(res, 'range-not-satisfiable', `The file has ${counted(size, 'byte')}.`, {
          'content-range': `bytes */${size}`,
        }),
      );
    setFileHeaders(res, etag, window, size);
    if (res.req.method === 'HEAD') {
      const sent = { bytes: 0, size, complete: true };
      return this.#endWithout(await decide(), res.statusCode, sent, () => res.end());
    }
    if (front !== undefined) {
      // Only the front server's log shows whether the client received all of it.
      const sent = { bytes: window.end - window.start, size, complete: true };
      return this.#endWithout(await decide(), res.statusCode, sent, () => endInFront(res, front));
    }
    // The headers of an empty body are its end.
    if (content.early && window.end > window.start) res.flushHeaders();
    return this.#pour(pieces, window, decide);
  }

  /** A response without bytes. If the file is refused by then, it becomes a refusal. */
  async #endWithout(decided: Decided, status: number, sent: Sent, end: () => void): Promise<void> {
    if (decided.verdict.outcome === 'block') return this.refuse(decided);
    const complete = sent.complete && !isOver(this.#res);
    await this.#record(decided, status, { ...sent, complete });
    end();
  }

  /** Sends the pieces. The last byte, with as much as the send buffer takes, is sent only after the record. */
  async #pour(pieces: Pieces, window: Window, decide: () => Promise<Decided>): Promise<void> {
    const res = this.#res;
    let at = window.start;
    try {
      for (;;) {
        const piece = await pieces.next(at, window);
        if (piece === undefined) break;
        const isLast = at + piece.length >= window.end;
        if (piece.length === 0 && !isLast) break;
        let decided = isLast ? await decide() : undefined;
        if (decided !== undefined && !mayComplete(decided)) break;
        // A client that disconnects early is detected only if most of the data precedes the record.
        const head = isLast ? piece.subarray(0, Math.max(0, piece.length - AT_ONCE)) : piece;
        if (head.length > 0) {
          if (!(await write(res, head))) break;
          // It may have been refused meanwhile.
          decided &&= await decide();
        }
        at += head.length;
        if (decided === undefined) continue;
        if (!mayComplete(decided) || isOver(res)) break;
        return await this.#last(decided, at - window.start, piece.subarray(head.length), pieces);
      }
    } catch (error) {
      const failure = asFailure(error).kind;
      await this.#cut(at - window.start, pieces, decide, failure);
      throw error;
    }
    await this.#cut(at - window.start, pieces, decide);
  }

  /** @param before bytes that have left */
  async #last(decided: Decided, before: number, rest: Uint8Array, pieces: Pieces): Promise<void> {
    const res = this.#res;
    const { size } = pieces;
    const bytes = before + rest.length;
    await this.#record(decided, res.statusCode, { bytes, size, complete: true });
    if (await endWith(res, rest)) return;
    const { filename } = this.#settings;
    await this.#recorder.recordCut(res.req, decided.subject, filename, before);
  }

  /**
   * Aborts an incomplete response.
   * @param failure the local cause, if it is more precise than the decision's
   */
  async #cut(
    bytes: number,
    { size }: Pieces,
    decide: () => Promise<Decided>,
    failure?: FailureKind,
  ): Promise<void> {
    const res = this.#res;
    const decided = await decide().catch((error: unknown) => {
      cutOff(res, FAILURES.internal.status);
      throw error;
    });
    if (decided.verdict.outcome === 'block') cutOff(res, REFUSED);
    const why = isOver(res) ? tooSlow(res) : (failure ?? decided.failure ?? 'internal');
    if (why !== undefined) cutOff(res, FAILURES[why].status);
    await this.#record(decided, res.statusCode, { bytes, size, complete: false }, why);
  }

  /** Resolves once the record is in the log. Each response has one record, which later calls share. */
  #record(decided: Decided, status: number, sent: Sent, failure?: FailureKind): Promise<void> {
    if (this.#recorded !== undefined) return this.#recorded;
    const { filename, takeFetched } = this.#settings;
    const [cache, fetched] = [this.#cache, takeFetched()];
    const answered = { ...decided, filename, status, sent, failure, cache, fetched };
    this.#recorded = this.#recorder.record(this.#res.req, answered);
    return this.#recorded;
  }
}

/** The source of the bytes ensures it as well: no body is completed before its whole file is judged. */
function mayComplete({ verdict, pending }: Decided): boolean {
  return verdict.outcome !== 'block' && pending === undefined;
}

/** Delegates an allowed file to the front server (nginx's `X-Accel-Redirect`), which handles ranges and pacing. */
function endInFront(res: ServerResponse, path: string): void {
  res.removeHeader('content-range');
  res.setHeader('content-length', 0);
  res.setHeader('x-accel-redirect', path);
  res.end();
}
