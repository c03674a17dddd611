import { Failure } from '../domain/failure.js';
import type { Faults } from './faults.js';
import { type AskForRest, readOn } from './file-body.js';
import { askPatiently } from './patience.js';
import { type Answer, headerText, leave, type Requests } from './requests.js';
import type { Encoded, FileAnswer } from './upstream.js';

export interface FileRequestsParts {
  /** Of the upstream. */
  readonly name: string;
  readonly requests: Requests;
  readonly faults: Faults;
  readonly now: () => number;
  /** How long a file may come slowly, in milliseconds. */
  readonly patience: number;
}

/** Opens an upstream's files: asked for again while it is unwell, and gone on with where a transfer broke off. */
export class FileRequests {
  readonly #parts: FileRequestsParts;

  constructor(parts: FileRequestsParts) {
    this.#parts = parts;
  }

  /** @throws {Failure} not-found, upstream-broken, upstream-unreachable */
  async fetch(url: string, signal: AbortSignal, encoded: Encoded): Promise<FileAnswer> {
    const answer = await this.#ask(url, {}, signal, 200);
    const { headers, body } = answer;
    const encoding = headerText(headers['content-encoding']) ?? 'identity';
    if (encoded === 'refused' && encoding !== 'identity' && encoding !== '') {
      body.destroy();
      throw this.#parts.faults.broken('sent the file encoded');
    }
    const length = Number(headers['content-length'] ?? Number.NaN);
    const size = Number.isSafeInteger(length) ? length : undefined;
    const etag = headerText(headers.etag);
    const inParts = headerText(headers['accept-ranges']) === 'bytes';
    // Only a strong ETag says that a rest is of the same bytes, and only a digest that it is.
    const resume =
      encoded === 'as-sent' && size !== undefined && inParts && etag?.startsWith('"')
        ? { size, rest: this.#restOf(url, size, etag, signal) }
        : undefined;
    const { faults, patience } = this.#parts;
    return { size, body: readOn(answer, { faults, patience, resume }) };
  }

  #restOf(url: string, size: number, etag: string, signal: AbortSignal): AskForRest {
    return async (from) => {
      try {
        // Where nothing of it was here yet the whole is asked for: some servers give that for such a range, too.
        if (from === 0) return await this.#wholeOf(url, size, signal);
        const range = { range: `bytes=${from}-`, 'if-range': etag };
        const answer = await this.#ask(url, range, signal, 206);
        const given = headerText(answer.headers['content-range']);
        if (given === `bytes ${from}-${size - 1}/${size}`) return answer;
        answer.body.destroy();
      } catch {
        // That the transfer broke off says more.
      }
      return undefined;
    };
  }

  async #wholeOf(url: string, size: number, signal: AbortSignal): Promise<Answer | undefined> {
    const answer = await this.#ask(url, {}, signal, 200);
    if (Number(answer.headers['content-length']) === size) return answer;
    answer.body.destroy();
    return undefined;
  }

  #ask(
    url: string,
    more: Readonly<Record<string, string>>,
    signal: AbortSignal,
    wanted: 200 | 206,
  ): Promise<Answer> {
    const { name, requests, faults, now } = this.#parts;
    return askPatiently(signal, async () => {
      const headers = { 'accept-encoding': 'identity', ...more };
      const reached = await requests.follow(url, headers, signal);
      if (reached.kind === 'elsewhere')
        throw faults.broken(
          `names the host ${reached.target.host}, which is not one of its own: see "files"`,
        );
      const { answer } = reached;
      if (answer.statusCode === wanted) return answer;
      leave(answer);
      if (answer.statusCode === 404 || answer.statusCode === 410)
        throw new Failure(
          'not-found',
          `The upstream ${name} lists the file, but does not have it.`,
        );
      throw faults.refusedBy(answer, now());
    });
  }
}
