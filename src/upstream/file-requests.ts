import { Failure } from '../domain/failure.js';
import { endsUnmarked } from '../runtime/body-end.js';
import { collect } from '../runtime/collect.js';
import type { Faults } from './faults.js';
import { type AskForRest, readOn } from './file-body.js';
import { askPatiently } from './patience.js';
import { type Answer, headerText, leave, type Requests } from './requests.js';
import type { AskedRange, Encoded, FileAnswer, Had, RangeAnswer } from './upstream.js';

export interface FileRequestsParts {
  /** The upstream's name. */
  readonly name: string;
  readonly requests: Requests;
  readonly faults: Faults;
  readonly now: () => number;
  /** How long a file may be slow, in milliseconds. */
  readonly patience: number;
}

/** Requests an upstream's files: retries while it is unwell, and resumes interrupted transfers. */
export class FileRequests {
  readonly #parts: FileRequestsParts;

  constructor(parts: FileRequestsParts) {
    this.#parts = parts;
  }

  /**
   * @param had the bytes already received, so only the rest is requested
   * @throws {Failure} not-found, upstream-broken, upstream-unreachable
   */
  async fetch(url: string, signal: AbortSignal, encoded: Encoded, had?: Had): Promise<FileAnswer> {
    const isRest = encoded === 'as-sent' && had?.etag !== undefined && had.bytes > 0;
    const range = isRest ? rangeFrom(had.bytes, had.etag) : undefined;
    const answer = await this.#ask(url, range ?? {}, signal, range ? [200, 206] : [200]);
    const { headers, body } = answer;
    const encoding = headerText(headers['content-encoding']) ?? 'identity';
    if (encoded === 'refused' && encoding !== 'identity' && encoding !== '') {
      body.destroy();
      throw this.#parts.faults.broken('sent the file with a content encoding');
    }
    const given =
      answer.statusCode === 206 ? partOf(headers) : { from: 0, size: lengthOf(headers) };
    if (given === undefined || (given.from > 0 && given.from !== had?.bytes)) {
      // Another range than the requested one.
      body.destroy();
      return this.fetch(url, signal, encoded);
    }
    const { from, size } = given;
    const etag = headerText(headers.etag);
    const inParts = headerText(headers['accept-ranges']) === 'bytes' || answer.statusCode === 206;
    // Only a strong ETag promises that a rest belongs to the same bytes, and only a digest proves it.
    const resume =
      encoded === 'as-sent' && size !== undefined && inParts && etag?.startsWith('"')
        ? { size, etag, rest: this.#restOf(url, size, etag, signal) }
        : undefined;
    const { faults, patience } = this.#parts;
    return {
      size,
      from,
      etag: resume?.etag,
      endsUnmarked: endsUnmarked(headers),
      body: readOn(answer, { faults, patience, from, resume }),
    };
  }

  /** A part of a file, as in `Upstream.fetchRange`. It is requested once, because nothing depends on it. */
  async fetchRange(
    url: string,
    asked: AskedRange,
    signal: AbortSignal,
  ): Promise<RangeAnswer | undefined> {
    const { faults } = this.#parts;
    const range = 'last' in asked ? `bytes=-${asked.last}` : `bytes=${asked.from}-${asked.to - 1}`;
    const answer = await this.#askOnce(url, { range }, signal, [200, 206]);
    const { headers, body, statusCode } = answer;
    const part = statusCode === 206 ? anyPartOf(headers) : undefined;
    const encoding = headerText(headers['content-encoding']) ?? 'identity';
    if (encoding !== 'identity' && encoding !== '') {
      body.destroy();
      throw faults.broken('sent a part of a file with a content encoding');
    }
    if (statusCode === 200) return wholeAsPart(answer, asked, faults);
    if (part === undefined) {
      body.destroy();
      throw faults.broken('sent a part of a file without its range');
    }
    const { from, to, size } = part;
    const isAsked =
      'last' in asked
        ? to === size && from === Math.max(0, size - asked.last)
        : from === asked.from && to === asked.to;
    if (!isAsked) {
      body.destroy();
      throw faults.broken('sent a different part of a file than requested');
    }
    const otherLength = () => faults.broken('sent a part of a file with the wrong length');
    const bytes = await collect(body, to - from, otherLength);
    if (bytes.length !== to - from) throw otherLength();
    return { size, from, bytes, etag: headerText(headers.etag) };
  }

  #restOf(url: string, size: number, etag: string, signal: AbortSignal): AskForRest {
    return async (from) => {
      try {
        // Without received bytes, the whole file is requested; some servers also return it for such a range.
        if (from === 0) return await this.#wholeOf(url, size, signal);
        const answer = await this.#ask(url, rangeFrom(from, etag), signal, [206]);
        const given = partOf(answer.headers);
        if (given?.from === from && given.size === size) return answer;
        answer.body.destroy();
      } catch {
        // The interruption is the more useful error.
      }
      return undefined;
    };
  }

  async #wholeOf(url: string, size: number, signal: AbortSignal): Promise<Answer | undefined> {
    const answer = await this.#ask(url, {}, signal, [200]);
    if (lengthOf(answer.headers) === size) return answer;
    answer.body.destroy();
    return undefined;
  }

  #ask(
    url: string,
    more: Readonly<Record<string, string>>,
    signal: AbortSignal,
    wanted: readonly number[],
  ): Promise<Answer> {
    return askPatiently(signal, () => this.#askOnce(url, more, signal, wanted));
  }

  async #askOnce(
    url: string,
    more: Readonly<Record<string, string>>,
    signal: AbortSignal,
    wanted: readonly number[],
  ): Promise<Answer> {
    const { name, requests, faults, now } = this.#parts;
    const headers = { 'accept-encoding': 'identity', ...more };
    const reached = await requests.follow(url, headers, signal);
    if (reached.kind === 'elsewhere')
      throw faults.broken(
        `names the host ${reached.target.host}, which is not allowed: see "files"`,
      );
    const { answer } = reached;
    if (wanted.includes(answer.statusCode)) return answer;
    leave(answer);
    if (answer.statusCode === 404 || answer.statusCode === 410)
      throw new Failure('not-found', `The upstream ${name} lists the file but does not have it.`);
    throw faults.refusedBy(answer, now());
  }
}

function rangeFrom(from: number, etag: string): Readonly<Record<string, string>> {
  return { range: `bytes=${from}-`, 'if-range': etag };
}

function lengthOf(headers: Answer['headers']): number | undefined {
  const length = Number(headers['content-length'] ?? Number.NaN);
  return Number.isSafeInteger(length) ? length : undefined;
}

/**
 * A server without range support sends the whole file. It is only read if it is no longer than the requested part.
 * @returns undefined if it is longer, of unknown length, or a partial response
 */
async function wholeAsPart(
  { headers, body }: Answer,
  asked: AskedRange,
  faults: Faults,
): Promise<RangeAnswer | undefined> {
  const size = lengthOf(headers);
  const most = 'last' in asked ? asked.last : asked.to - asked.from;
  if (size === undefined || size > most || headers['content-range'] !== undefined) {
    body.destroy();
    return undefined;
  }
  const otherLength = () => faults.broken('sent a file with the wrong length');
  const bytes = await collect(body, size, otherLength);
  if (bytes.length !== size) throw otherLength();
  return { size, from: 0, bytes, etag: headerText(headers.etag) };
}

/** The range of a response with status 206; undefined if it is not the rest of a file. */
function partOf(headers: Answer['headers']) {
  const part = anyPartOf(headers);
  return part?.to === part?.size ? part : undefined;
}

/** The same for any range; `to` is exclusive. */
function anyPartOf(headers: Answer['headers']) {
  const given = headerText(headers['content-range']) ?? '';
  const [, from, last, size] = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/.exec(given) ?? [];
  if (size === undefined) return undefined;
  return { from: Number(from), to: Number(last) + 1, size: Number(size) };
}
