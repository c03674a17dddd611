import { createHash } from 'node:crypto';
import type { Agent } from 'node:http';
import { Readable } from 'node:stream';
import type { Reuploads, Unhashed } from '../domain/integrity.js';
import type { ProjectGlob } from '../domain/project-glob.js';
import type { ProjectName } from '../domain/project-name.js';
import { type Span, within } from '../domain/span.js';
import type { Holding } from '../runtime/memory-budget.js';
import { Turns } from '../runtime/turns.js';
import { Faults } from './faults.js';
import { type FlatPage, parseFlatPage } from './pages/flat-page.js';
import {
  type AskedRange,
  type Encoded,
  type FileAnswer,
  type Had,
  type ListAnswer,
  NO_VALIDATORS,
  type PageAnswer,
  type ReceiveBody,
  type Upstream,
  type Validators,
} from './upstream.js';

/** How long the page is valid for consecutive requests of projects, in milliseconds. */
const FRESH = 10_000;

/** The page as last read. */
interface Read {
  readonly page: FlatPage;
  readonly url: string;
  readonly validators: Validators;
  readonly fresh: Span;
}

/** The source of the page, which is accessed like any index. */
export interface FlatSource extends Upstream {
  fetchWhole(validators: Validators): Promise<PageAnswer>;
}

/**
 * One page with the files of all projects (`pip --find-links`, a folder behind a web server) as an index: a project's
 * page has the files with its name, and a project exists if it has any.
 */
export class FlatUpstream implements Upstream {
  readonly #source: FlatSource;
  readonly #faults: Faults;
  readonly #now: () => number;
  #read: Read | undefined;
  #reading: Promise<Read> | undefined;

  constructor(source: FlatSource, now: () => number) {
    this.#source = source;
    this.#faults = new Faults(source.name);
    this.#now = now;
  }

  get name(): string {
    return this.#source.name;
  }

  get isPublic(): boolean {
    return this.#source.isPublic;
  }

  get url(): string {
    return this.#source.url;
  }

  get origin(): string {
    return this.#source.origin;
  }

  get pageTimeout(): number {
    return this.#source.pageTimeout;
  }

  get hasClaims(): boolean {
    return this.#source.hasClaims;
  }

  get inspect(): boolean {
    return this.#source.inspect;
  }

  get unhashed(): Unhashed {
    return this.#source.unhashed;
  }

  get reuploads(): Reuploads {
    return this.#source.reuploads;
  }

  authorization(): Promise<string | undefined> {
    return this.#source.authorization();
  }

  agent(): Promise<Agent> {
    return this.#source.agent();
  }

  get claimed(): readonly ProjectGlob[] {
    return this.#source.claimed;
  }

  claims(project: ProjectName): boolean {
    return this.#source.claims(project);
  }

  fetchFile(url: string, signal: AbortSignal, encoded: Encoded, had?: Had): Promise<FileAnswer> {
    return this.#source.fetchFile(url, signal, encoded, had);
  }

  fetchRange(url: string, range: AskedRange, signal: AbortSignal) {
    return this.#source.fetchRange(url, range, signal);
  }

  async fetchPage(
    project: ProjectName,
    validators?: Validators,
    holding?: Holding,
  ): Promise<PageAnswer> {
    const { page, url } = await this.#current();
    const text = page.get(project);
    if (text === undefined) return { kind: 'absent' };
    await holding?.take(text.length);
    const answer = htmlPage(text, url);
    // Compares only this project's files: others may change.
    return answer.etag === validators?.etag ? { kind: 'unchanged' } : answer;
  }

  async fetchProjectList(receive: ReceiveBody, validators?: Validators): Promise<ListAnswer> {
    const { page, url } = await this.#current();
    const text = [...page.keys()].map((name) => `<a>${name}</a>`).join('\n');
    const { body, sent, ...answer } = htmlPage(text, url);
    if (answer.etag === validators?.etag) return { kind: 'unchanged' };
    await receive(Readable.from([body]));
    return { ...answer, encoding: sent.encoding };
  }

  /** One read, shared by concurrent requests. */
  #current(): Promise<Read> {
    if (this.#read !== undefined && within(this.#read.fresh, this.#now()))
      return Promise.resolve(this.#read);
    this.#reading ??= this.#readAnew(this.#read).finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #readAnew(before: Read | undefined): Promise<Read> {
    const answer = await this.#source.fetchWhole(before?.validators ?? NO_VALIDATORS);
    const from = this.#now();
    const fresh = { from, until: from + FRESH };
    if (answer.kind === 'unchanged' && before !== undefined) this.#read = { ...before, fresh };
    else if (answer.kind === 'page')
      this.#read = { ...(await this.#parse(answer)), url: answer.url, fresh };
    // A missing page says nothing about any project.
    else throw this.#faults.broken('has no flat page at its URL');
    return this.#read;
  }

  async #parse(answer: Extract<PageAnswer, { kind: 'page' }>) {
    const { etag, lastModified, contentType } = answer;
    const type = contentType.split(';', 1)[0]!.trim().toLowerCase();
    if (type !== 'text/html' && type !== 'application/vnd.pypi.simple.v1+html')
      throw this.#faults.broken(`sent a flat page of the type ${type}`);
    try {
      const page = await parseFlatPage(answer, new Turns());
      return { page, validators: { etag, lastModified } };
    } catch (cause) {
      throw this.#faults.broken('sent an invalid flat page', cause);
    }
  }
}

function htmlPage(text: string, url: string): Extract<PageAnswer, { kind: 'page' }> {
  const bytes = Buffer.from(text);
  return {
    kind: 'page',
    body: bytes,
    sent: { bytes, encoding: 'identity' },
    contentType: 'text/html; charset=utf-8',
    url,
    etag: `"${createHash('sha256').update(bytes).digest('hex')}"`,
    lastModified: undefined,
  };
}
