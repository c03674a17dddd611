import { type Dispatcher, request } from 'undici';
import { isExhausted } from '../domain/failure.js';
import { foreignCoding } from '../runtime/body-end.js';
import type { Way } from '../runtime/network.js';
import type { Faults } from './faults.js';
import type { OwnHosts } from './own-hosts.js';

export type Answer = Dispatcher.ResponseData;

/** The result of following redirects: a response, or a foreign host, to which no request is sent. */
export type Reached =
  | { readonly kind: 'answer'; readonly answer: Answer; readonly url: URL }
  | { readonly kind: 'elsewhere'; readonly target: URL };

export type ObserveUpstream = (upstream: string, status: number | 'error', seconds: number) => void;

export interface RequestSettings {
  readonly name: string;
  readonly origin: string;
  readonly hosts: OwnHosts;
  /** The timeouts for the headers, and between two chunks of a body, in milliseconds. */
  readonly timeouts: { readonly headers: number; readonly body: number };
}

export interface RequestParts {
  /** The network, whose connections may change between requests. */
  readonly way: Pick<Way, 'dispatcher'>;
  readonly faults: Faults;
  readonly observe: ObserveUpstream;
  /** The credentials for the index's own origin, and no other. */
  readonly credentials: Credentials;
}

export interface Credentials {
  /** The `Authorization` header; undefined if there is none. @throws {Failure} */
  authorization(): Promise<string | undefined>;
  /** Reports the status of a response. @returns whether to retry with other credentials */
  answered(status: number): boolean;
}

const MAX_REDIRECTS = 5;
const USER_AGENT = 'wheelgate';
/** The limits for the rest of an unread response, in bytes and milliseconds, within which its connection is kept. */
const LEFTOVER = { bytes: 64 * 1024, time: 1_000 };

/**
 * Sends requests to one upstream, and follows its redirects by hand: each target is checked before a connection to it.
 */
export class Requests {
  readonly #settings: RequestSettings;
  readonly #parts: RequestParts;

  constructor(settings: RequestSettings, parts: RequestParts) {
    this.#settings = settings;
    this.#parts = parts;
  }

  /** @throws {Failure} upstream-broken, upstream-unreachable */
  async follow(
    first: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Reached> {
    const { faults } = this.#parts;
    let url = this.#read(first);
    for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
      if (!this.#settings.hosts.has(url.host)) return { kind: 'elsewhere', target: url };
      const answer = await this.#askAgain(url, headers, signal);
      const location = headerText(answer.headers.location);
      const moved = [301, 302, 303, 307, 308].includes(answer.statusCode);
      if (!moved || location === undefined) return { kind: 'answer', answer, url };
      leave(answer);
      const next = this.#read(location, url);
      const own = this.#settings.hosts.has(next.host);
      if (own && url.protocol === 'https:' && next.protocol === 'http:')
        throw faults.broken('redirects from https to http');
      url = next;
    }
    throw faults.broken(`redirects more than ${MAX_REDIRECTS} times`);
  }

  /** Rejects URLs with credentials. */
  #read(target: string, base?: URL): URL {
    const { faults } = this.#parts;
    const url = URL.canParse(target, base?.href) ? new URL(target, base) : undefined;
    if (url === undefined || !/^https?:$/.test(url.protocol))
      throw faults.broken('redirects to an invalid URL');
    if (url.username !== '' || url.password !== '')
      throw faults.broken('redirects to a URL with credentials');
    url.hash = '';
    return url;
  }

  /** Retries once with renewed credentials, if the old ones expired meanwhile. */
  async #askAgain(
    url: URL,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Answer> {
    const { credentials } = this.#parts;
    const authorization =
      url.origin === this.#settings.origin ? await credentials.authorization() : undefined;
    if (authorization === undefined) return this.#ask(url, headers, signal);
    const answer = await this.#ask(url, { ...headers, authorization }, signal);
    if (!credentials.answered(answer.statusCode)) return answer;
    const renewed = await credentials.authorization();
    if (renewed === undefined || renewed === authorization) return answer;
    leave(answer);
    const second = await this.#ask(url, { ...headers, authorization: renewed }, signal);
    credentials.answered(second.statusCode);
    return second;
  }

  async #ask(
    url: URL,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Answer> {
    const { name, timeouts } = this.#settings;
    const { way, faults, observe } = this.#parts;
    const started = performance.now();
    const seconds = () => (performance.now() - started) / 1_000;
    let answer: Answer;
    try {
      answer = await request(url, {
        dispatcher: way.dispatcher,
        headers: { 'user-agent': USER_AGENT, ...headers },
        headersTimeout: timeouts.headers,
        bodyTimeout: timeouts.body,
        signal,
      });
      // The reader of the body receives its errors; after the last reader, they are ignored.
      answer.body.on('error', () => {});
      observe(name, answer.statusCode, seconds());
    } catch (error) {
      if (!isExhausted(error)) observe(name, 'error', seconds());
      throw faults.unreachable(error);
    }
    const coding = foreignCoding(answer.headers);
    // Other bodies are not read.
    if (coding === undefined || ![200, 206].includes(answer.statusCode)) return answer;
    answer.body.destroy();
    throw faults.broken(`used the transfer coding "${coding}", which was not requested`);
  }
}

/** Discards an unneeded body, without waiting, because it may never end. */
export function leave({ body }: Answer): void {
  const signal = AbortSignal.timeout(LEFTOVER.time);
  body.dump({ limit: LEFTOVER.bytes, signal }).catch(() => {});
}

/** A header's value, or the first one if it was sent repeatedly. */
export function headerText(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
