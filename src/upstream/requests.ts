import { type Dispatcher, request } from 'undici';
import { isExhausted } from '../domain/failure.js';
import type { Way } from '../runtime/network.js';
import type { Faults } from './faults.js';
import type { OwnHosts } from './own-hosts.js';

export type Answer = Dispatcher.ResponseData;

/** Where a question led: to an answer, or to a host that is not the upstream's, which is not asked. */
export type Reached =
  | { readonly kind: 'answer'; readonly answer: Answer; readonly url: URL }
  | { readonly kind: 'elsewhere'; readonly target: URL };

export type ObserveUpstream = (upstream: string, status: number | 'error', seconds: number) => void;

export interface RequestSettings {
  readonly name: string;
  readonly origin: string;
  readonly hosts: OwnHosts;
  /** Milliseconds until the headers must be there, and between two chunks of a body. */
  readonly timeouts: { readonly headers: number; readonly body: number };
}

export interface RequestParts {
  /** The way out, whose connections may be others from one request to the next. */
  readonly way: Pick<Way, 'dispatcher'>;
  readonly faults: Faults;
  readonly observe: ObserveUpstream;
  /** The credentials for the index's own origin, and for no other. */
  readonly credentials: Credentials;
}

export interface Credentials {
  /** The `Authorization` header; undefined where none is sent. @throws {Failure} */
  authorization(): Promise<string | undefined>;
  /** What they were answered with. @returns whether to ask again with others */
  answered(status: number): boolean;
}

const MAX_REDIRECTS = 5;
const USER_AGENT = 'wheelgate';
/** What an answer that is not read may still send, in bytes and milliseconds, for its connection to be kept. */
const LEFTOVER = { bytes: 64 * 1024, time: 1_000 };

/** Asks one upstream, and follows its redirects by hand: each target is judged before a connection to it is made. */
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

  /** Nothing that carries credentials of its own. */
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

  /** Credentials that have become old meanwhile are no reason to fail. */
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
    try {
      const answer = await request(url, {
        dispatcher: way.dispatcher,
        headers: { 'user-agent': USER_AGENT, ...headers },
        headersTimeout: timeouts.headers,
        bodyTimeout: timeouts.body,
        signal,
      });
      // Whoever reads the body meets its errors; one that comes after the last reader has gone is nobody's.
      answer.body.on('error', () => {});
      observe(name, answer.statusCode, seconds());
      return answer;
    } catch (error) {
      if (!isExhausted(error)) observe(name, 'error', seconds());
      throw faults.unreachable(error);
    }
  }
}

/** Gives up a body that nobody wants. Nobody waits for it, for it may never end. */
export function leave({ body }: Answer): void {
  const signal = AbortSignal.timeout(LEFTOVER.time);
  body.dump({ limit: LEFTOVER.bytes, signal }).catch(() => {});
}

/** A header's value, the first where it was sent twice. */
export function headerText(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
