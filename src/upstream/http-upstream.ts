import type { Failure } from '../domain/failure.js';
import type { Demands, Reuploads, Unhashed } from '../domain/integrity.js';
import { type ProjectGlob, ProjectSet } from '../domain/project-glob.js';
import { type ProjectName, parseProjectName } from '../domain/project-name.js';
import type { Breaker } from '../runtime/breaker.js';
import type { Certificate } from '../runtime/certificate.js';
import type { Holding } from '../runtime/memory-budget.js';
import type { Network, OwnWay } from '../runtime/network.js';
import { BasicCredentials, NO_CREDENTIALS } from './basic-credentials.js';
import { createBreaker } from './create-breaker.js';
import { Faults } from './faults.js';
import { FileRequests } from './file-requests.js';
import { OwnHosts } from './own-hosts.js';
import { MAX_PAGE_BYTES, passListBody, readPageBody } from './page-body.js';
import { createPassword, type PasswordSettings } from './passwords.js';
import { askPatiently } from './patience.js';
import {
  type Answer,
  type Credentials,
  headerText,
  leave,
  type ObserveUpstream,
  Requests,
} from './requests.js';
import {
  type AskedRange,
  type Encoded,
  type FileAnswer,
  type Had,
  type IndexAnswer,
  type ListAnswer,
  NO_VALIDATORS,
  type PageAnswer,
  type ReceiveBody,
  type Upstream,
  type Validators,
} from './upstream.js';

export interface HttpUpstreamSettings extends Demands {
  readonly name: string;
  /** The simple index, with its trailing slash: `https://pypi.example.com/simple/`; or the URL of a flat page. */
  readonly url: string;
  /** Additional hosts of its files, as `host`, `host:port` or `*.host`. */
  readonly files: readonly string[];
  readonly claims: readonly ProjectGlob[];
  readonly isPublic: boolean;
  /** Basic authentication: one of the three is the source of the password. */
  readonly auth?: ({ readonly username: string } & PasswordSettings) | undefined;
  /** The client certificate for an index that requests one. */
  readonly certificate?: Certificate | undefined;
  /** Whether its files are inspected; false for a trusted upstream. */
  readonly inspect: boolean;
  /** Statuses other than 404 and 410 that mean a missing project. */
  readonly absent: readonly number[];
  /**
   * Timeouts in milliseconds: for the connection, for the headers, between two chunks of a body, and for a page in
   * total, including retries.
   */
  readonly timeouts: {
    readonly connect: number;
    readonly headers: number;
    readonly body: number;
    readonly page: number;
  };
}

export interface HttpUpstreamParts {
  readonly network: Network;
  readonly observe: ObserveUpstream;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Called whenever its credentials become valid or invalid. @param refused why they were rejected */
  readonly onCredentials: (refused: string | undefined) => void;
}

const ACCEPT_PAGES =
  'application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1';

/** An upstream index, accessed over HTTP. */
export class HttpUpstream implements Upstream {
  readonly name: string;
  readonly isPublic: boolean;
  readonly url: string;
  readonly origin: string;
  readonly hasClaims: boolean;
  readonly pageTimeout: number;
  readonly inspect: boolean;
  readonly unhashed: Unhashed;
  readonly reuploads: Reuploads;
  readonly #settings: HttpUpstreamSettings;
  readonly #way: OwnWay;
  readonly #credentials: Credentials;
  readonly #claims: ProjectSet;
  readonly #faults: Faults;
  readonly #requests: Requests;
  readonly #files: FileRequests;
  readonly #breaker: Breaker;
  readonly #now: () => number;

  constructor(settings: HttpUpstreamSettings, parts: HttpUpstreamParts) {
    const { name, auth, timeouts, certificate } = settings;
    const { network, observe, now, onCredentials } = parts;
    const index = new URL(settings.url);
    this.name = name;
    this.isPublic = settings.isPublic;
    this.url = settings.url;
    this.origin = index.origin;
    this.hasClaims = settings.claims.length > 0;
    this.pageTimeout = timeouts.page;
    this.inspect = settings.inspect;
    this.unhashed = settings.unhashed;
    this.reuploads = settings.reuploads;
    this.#settings = settings;
    this.#now = now;
    this.#way = network.open({ connectTimeout: timeouts.connect, certificate });
    this.#claims = new ProjectSet(settings.claims);
    this.#faults = new Faults(name);
    this.#credentials =
      auth === undefined
        ? NO_CREDENTIALS
        : new BasicCredentials({
            username: auth.username,
            password: createPassword(auth, now),
            refuses: (status) => status === 401 || (status === 403 && !this.#isAbsent(status)),
            faults: this.#faults,
            onChange: onCredentials,
          });
    const hosts = new OwnHosts(index.host, settings.files);
    this.#requests = new Requests(
      { name, origin: index.origin, hosts, timeouts },
      {
        way: this.#way,
        faults: this.#faults,
        observe,
        credentials: this.#credentials,
      },
    );
    this.#files = new FileRequests({
      name,
      requests: this.#requests,
      faults: this.#faults,
      now,
      patience: timeouts.body,
    });
    this.#breaker = createBreaker(this.#faults, now);
  }

  agent() {
    return this.#way.agent();
  }

  /** Uses another client certificate from now on. */
  renewCertificate(certificate: Certificate): void {
    this.#way.renew(certificate);
  }

  authorization(): Promise<string | undefined> {
    return this.#credentials.authorization();
  }

  get claimed(): readonly ProjectGlob[] {
    return this.#settings.claims;
  }

  claims(project: ProjectName): boolean {
    return this.#claims.has(project);
  }

  fetchPage(
    project: ProjectName,
    validators = NO_VALIDATORS,
    holding?: Holding,
  ): Promise<PageAnswer> {
    const read = (answer: Answer) => readPageBody(answer, MAX_PAGE_BYTES, this.#faults, holding);
    return this.#fetchIndex(`${this.#settings.url}${project}/`, validators, project, read);
  }

  /** The page at the index's own URL, which is the only one of a flat index. */
  fetchWhole(validators: Validators): Promise<PageAnswer> {
    const read = (answer: Answer) => readPageBody(answer, MAX_PAGE_BYTES, this.#faults);
    return this.#fetchIndex(this.#settings.url, validators, undefined, read);
  }

  fetchProjectList(receive: ReceiveBody, validators = NO_VALIDATORS): Promise<ListAnswer> {
    const read = (answer: Answer) => passListBody(answer, this.#faults, receive);
    return this.#fetchIndex(this.#settings.url, validators, undefined, read);
  }

  fetchFile(url: string, signal: AbortSignal, encoded: Encoded, had?: Had): Promise<FileAnswer> {
    return this.#files.fetch(url, signal, encoded, had);
  }

  fetchRange(url: string, range: AskedRange, signal: AbortSignal) {
    return this.#files.fetchRange(url, range, signal);
  }

  /** Pages are small, and requested with a total timeout. */
  #fetchIndex<Body>(
    url: string,
    validators: Validators,
    project: ProjectName | undefined,
    read: ReadBody<Body>,
  ): Promise<IndexAnswer<Body>> {
    const signal = AbortSignal.timeout(this.#settings.timeouts.page);
    return this.#breaker.ask(() =>
      askPatiently(signal, () => this.#fetchIndexOnce(url, validators, project, read, signal)),
    );
  }

  async #fetchIndexOnce<Body>(
    url: string,
    { etag, lastModified }: Validators,
    project: ProjectName | undefined,
    read: ReadBody<Body>,
    signal: AbortSignal,
  ): Promise<IndexAnswer<Body>> {
    const headers: Record<string, string> = { accept: ACCEPT_PAGES, 'accept-encoding': 'gzip, br' };
    if (etag !== undefined) headers['if-none-match'] = etag;
    if (lastModified !== undefined) headers['if-modified-since'] = lastModified;
    const reached = await this.#requests.follow(url, headers, signal);
    if (reached.kind === 'elsewhere') return this.#elsewhere(reached.target, project);
    const { answer } = reached;
    const { statusCode } = answer;
    if (statusCode !== 200) {
      leave(answer);
      if (this.#isAbsent(statusCode)) return { kind: 'absent' };
      if (statusCode !== 304) throw this.#faults.refusedBy(answer, this.#now());
      if (etag !== undefined || lastModified !== undefined) return { kind: 'unchanged' };
      throw this.#faults.broken('returned status 304 to an unconditional request');
    }
    if (project !== undefined && reached.url.href !== url && !names(reached.url, project)) {
      leave(answer);
      throw this.#astray(`to ${reached.url.pathname}`);
    }
    return {
      ...(await read(answer)),
      kind: 'page',
      contentType: headerText(answer.headers['content-type']) ?? 'text/html',
      url: reached.url.href,
      etag: headerText(answer.headers.etag),
      lastModified: headerText(answer.headers['last-modified']),
    };
  }

  #isAbsent(status: number): boolean {
    return status === 404 || status === 410 || this.#settings.absent.includes(status);
  }

  /**
   * GitLab and pypiserver redirect clients to PyPI for missing projects, so the project is absent. Any other external
   * redirect may be a login page, and says nothing about the project.
   */
  #elsewhere(target: URL, project: ProjectName | undefined): { readonly kind: 'absent' } {
    const last = target.pathname.split('/').filter(Boolean).at(-1);
    if (project !== undefined && target.search === '' && isName(last, project))
      return { kind: 'absent' };
    throw this.#astray(`to another host, ${target.host}`);
  }

  #astray(where: string): Failure {
    return this.#faults.broken(
      `redirects ${where}, which is not a page of the project: for a login page, set "auth"; if the index lacks the project, list its projects under "claims"`,
    );
  }
}

type ReadBody<Body> = (answer: Answer) => Promise<Body>;

/** Whether a path contains the project's name in any spelling: `/simple/Demo/`, `/demo/index.html`. */
function names({ pathname }: URL, project: ProjectName): boolean {
  return pathname.split('/').some((part) => isName(part, project));
}

function isName(part: string | undefined, project: ProjectName): boolean {
  return part !== undefined && parseProjectName(part) === project;
}
