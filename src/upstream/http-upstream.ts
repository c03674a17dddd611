import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip } from 'node:zlib';
import { type Dispatcher, errors, request } from 'undici';
import { Failure } from '../domain/failure.js';
import type { Unhashed } from '../domain/integrity.js';
import { type ProjectGlob, ProjectSet } from '../domain/project-glob.js';
import type { ProjectName } from '../domain/project-name.js';
import { collect } from '../runtime/collect.js';
import type { Network } from '../runtime/network.js';
import type { FileAnswer, PageAnswer, SentBody, Upstream, Validators } from './upstream.js';

export interface HttpUpstreamSettings {
  readonly name: string;
  /** The simple index, with its trailing slash: `https://pypi.example.com/simple/`. */
  readonly url: string;
  /** Further hosts that files may come from, as `host` or `host:port`. */
  readonly files: readonly string[];
  readonly claims: readonly ProjectGlob[];
  readonly isPublic: boolean;
  readonly auth?: { readonly username: string; readonly password: string } | undefined;
  /** Whether its files are opened; false for an upstream that is trusted as it is. */
  readonly inspect: boolean;
  readonly unhashed: Unhashed;
  /** Milliseconds until the headers must be there, and between two chunks of a body. */
  readonly timeouts: { readonly headers: number; readonly body: number };
}

export type ObserveUpstream = (upstream: string, status: number | 'error', seconds: number) => void;

const ACCEPT_PAGES =
  'application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1';
const MAX_REDIRECTS = 5;
/** PyPI's list of all projects has some 40 MB; no project page comes near. */
const MAX_PAGE_BYTES = 256 * 1024 * 1024;
const PAGE_ATTEMPTS = 3;
const LONG_PAGE = 256 * 1024;
const USER_AGENT = 'wheelgate';

const unzip = promisify(gunzip);
const unbrotli = promisify(brotliDecompress);

type Answer = Dispatcher.ResponseData;

/** An upstream index spoken to over HTTP. */
export class HttpUpstream implements Upstream {
  readonly name: string;
  readonly isPublic: boolean;
  readonly origin: string;
  readonly authorization: string | undefined;
  readonly #settings: HttpUpstreamSettings;
  readonly #network: Network;
  readonly hasClaims: boolean;
  readonly inspect: boolean;
  readonly unhashed: Unhashed;
  readonly #claims: ProjectSet;
  readonly #hosts: ReadonlySet<string>;
  readonly #observe: ObserveUpstream;

  constructor(settings: HttpUpstreamSettings, network: Network, observe: ObserveUpstream) {
    const index = new URL(settings.url);
    this.name = settings.name;
    this.isPublic = settings.isPublic;
    this.origin = index.origin;
    this.#settings = settings;
    this.#network = network;
    this.#hosts = new Set([index.host, ...settings.files.map((host) => host.toLowerCase())]);
    this.hasClaims = settings.claims.length > 0;
    this.inspect = settings.inspect;
    this.unhashed = settings.unhashed;
    this.#claims = new ProjectSet(settings.claims);
    this.#observe = observe;
    const { auth } = settings;
    this.authorization =
      auth && `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString('base64')}`;
  }

  agent() {
    return this.#network.agent();
  }

  claims(project: ProjectName): boolean {
    return this.#claims.has(project);
  }

  fetchPage(project: ProjectName, validators?: Validators): Promise<PageAnswer> {
    return this.#fetchIndex(`${this.#settings.url}${project}/`, validators);
  }

  fetchProjectList(validators?: Validators): Promise<PageAnswer> {
    return this.#fetchIndex(this.#settings.url, validators);
  }

  async fetchFile(url: string, signal: AbortSignal): Promise<FileAnswer> {
    const { answer } = await this.#follow(url, { 'accept-encoding': 'identity' }, signal);
    const { statusCode, headers, body } = answer;
    if (statusCode !== 200) {
      await body.dump();
      throw statusCode === 404 || statusCode === 410
        ? new Failure(
            'not-found',
            `The upstream ${this.name} lists the file, but does not have it.`,
          )
        : this.#refusedBy(statusCode);
    }
    const encoding = headers['content-encoding'];
    if (encoding !== undefined && encoding !== 'identity') {
      body.destroy();
      throw new Failure('upstream-broken', `The upstream ${this.name} sent the file encoded.`);
    }
    // Whoever reads the body meets its errors; one that comes after the last reader has gone is nobody's.
    body.on('error', () => {});
    const length = Number(headers['content-length'] ?? Number.NaN);
    return { size: Number.isSafeInteger(length) ? length : undefined, body };
  }

  /** A page is asked for again where the connection failed or the upstream was unwell; its 404 is an answer. */
  async #fetchIndex(url: string, validators: Validators | undefined): Promise<PageAnswer> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#fetchIndexOnce(url, validators);
      } catch (error) {
        const again = error instanceof Failure && error.kind === 'upstream-unreachable';
        if (!again || attempt === PAGE_ATTEMPTS) throw error;
        await sleep(50 * 2 ** attempt * (0.5 + Math.random()));
      }
    }
  }

  async #fetchIndexOnce(url: string, validators: Validators | undefined): Promise<PageAnswer> {
    const headers: Record<string, string> = { accept: ACCEPT_PAGES, 'accept-encoding': 'gzip, br' };
    if (validators?.etag !== undefined) headers['if-none-match'] = validators.etag;
    if (validators?.lastModified !== undefined)
      headers['if-modified-since'] = validators.lastModified;
    const { answer, url: final } = await this.#follow(url, headers);
    const { statusCode } = answer;
    if (statusCode === 304 || statusCode === 404 || statusCode === 410) {
      await answer.body.dump();
      return { kind: statusCode === 304 ? 'unchanged' : 'absent' };
    }
    if (statusCode !== 200) {
      await answer.body.dump();
      throw this.#refusedBy(statusCode);
    }
    const sent = await this.#readPage(answer);
    return {
      kind: 'page',
      body: await this.#decode(sent),
      sent,
      contentType: text(answer.headers['content-type']) ?? 'text/html',
      url: final,
      etag: text(answer.headers.etag),
      lastModified: text(answer.headers['last-modified']),
    };
  }

  async #readPage(answer: Answer): Promise<SentBody> {
    const tooLong = () => this.#broken(`sent a page over ${MAX_PAGE_BYTES} bytes`);
    let bytes: Buffer;
    try {
      bytes = await collect(answer.body, MAX_PAGE_BYTES, tooLong);
    } catch (error) {
      throw error instanceof Failure ? error : this.#unreachable(error);
    }
    const expected = Number(answer.headers['content-length'] ?? bytes.length);
    if (expected !== bytes.length)
      throw this.#broken(`sent ${bytes.length} of ${expected} bytes of a page`);
    const encoding = text(answer.headers['content-encoding']) ?? 'identity';
    if (encoding !== 'identity' && encoding !== 'gzip' && encoding !== 'br')
      throw this.#broken(`sent a page in the encoding ${encoding}, which was not asked for`);
    return { bytes, encoding };
  }

  /** In a thread: some megabytes take long enough for others to notice. */
  async #decode({ bytes, encoding }: SentBody): Promise<Uint8Array> {
    if (encoding === 'identity') return bytes;
    // What inflates is handed over piece by piece: a long page in few.
    const chunkSize = bytes.length > LONG_PAGE ? LONG_PAGE : 16 * 1024;
    const options = { maxOutputLength: MAX_PAGE_BYTES, chunkSize };
    try {
      return await (encoding === 'gzip' ? unzip(bytes, options) : unbrotli(bytes, options));
    } catch {
      throw this.#broken('sent a page whose compression cannot be undone');
    }
  }

  /** Asks, and follows redirects by hand: each target is judged before a connection to it is made. */
  async #follow(
    first: string,
    headers: Record<string, string>,
    signal?: AbortSignal,
  ): Promise<{ answer: Answer; url: string }> {
    let url = this.#admit(first);
    for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
      const answer = await this.#ask(url, headers, signal);
      const location = text(answer.headers.location);
      const moved = [301, 302, 303, 307, 308].includes(answer.statusCode);
      if (!moved || location === undefined) return { answer, url: url.href };
      await answer.body.dump();
      const next = this.#admit(location, url);
      if (url.protocol === 'https:' && next.protocol === 'http:')
        throw this.#broken('redirects from https to http');
      url = next;
    }
    throw this.#broken(`redirects more than ${MAX_REDIRECTS} times`);
  }

  /** Only this upstream's own hosts, and nothing that carries credentials of its own. */
  #admit(target: string, base?: URL): URL {
    const url = URL.canParse(target, base?.href) ? new URL(target, base) : undefined;
    if (url === undefined || !/^https?:$/.test(url.protocol))
      throw this.#broken('names a URL that cannot be read');
    if (!this.#hosts.has(url.host))
      throw this.#broken(`names the host ${url.host}, which is not one of its own`);
    if (url.username !== '' || url.password !== '')
      throw this.#broken('names a URL with credentials in it');
    url.hash = '';
    return url;
  }

  async #ask(url: URL, headers: Record<string, string>, signal?: AbortSignal): Promise<Answer> {
    const { timeouts } = this.#settings;
    const started = performance.now();
    const seconds = () => (performance.now() - started) / 1_000;
    const own = url.origin === this.origin && this.authorization !== undefined;
    try {
      const answer = await request(url, {
        dispatcher: this.#network.dispatcher,
        headers: {
          'user-agent': USER_AGENT,
          ...headers,
          ...(own ? { authorization: this.authorization } : {}),
        },
        headersTimeout: timeouts.headers,
        bodyTimeout: timeouts.body,
        signal: signal ?? null,
      });
      this.#observe(this.name, answer.statusCode, seconds());
      return answer;
    } catch (error) {
      this.#observe(this.name, 'error', seconds());
      throw this.#unreachable(error);
    }
  }

  #refusedBy(status: number): Failure {
    if (status >= 500 || status === 429)
      return new Failure(
        'upstream-unreachable',
        `The upstream ${this.name} answered with status ${status}.`,
      );
    if (status === 401 || status === 403)
      return this.#broken(`does not let us in (status ${status}): check its credentials`);
    return this.#broken(`answered with status ${status}`);
  }

  #broken(what: string): Failure {
    return new Failure('upstream-broken', `The upstream ${this.name} ${what}.`);
  }

  #unreachable(cause: unknown): Failure {
    const slow =
      cause instanceof errors.HeadersTimeoutError ||
      cause instanceof errors.BodyTimeoutError ||
      cause instanceof errors.ConnectTimeoutError;
    const what = slow ? 'did not answer in time' : 'cannot be reached';
    return new Failure('upstream-unreachable', `The upstream ${this.name} ${what}.`, { cause });
  }
}

function text(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
