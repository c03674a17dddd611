import { Parser } from 'htmlparser2';
import { Failure } from '../domain/failure.js';
import { type ProjectName, parseProjectName } from '../domain/project-name.js';
import { type Span, within } from '../domain/span.js';
import type { PageAnswer, Upstream } from '../upstream/upstream.js';
import { API_VERSION } from './judged-page.js';
import { prepareBody } from './prepare-body.js';
import type { PageEncoding, PageForm, PreparedBody } from './project-pages.js';
import { escapeHtml } from './render-html.js';

/** The list of all projects, `/simple/`: hardly any installer asks for it, mirrors and tab completion do. */
export interface ProjectList {
  /** @throws {Failure} upstream-broken, upstream-unreachable */
  render(form: PageForm, encoding: PageEncoding): Promise<PreparedBody>;
}

/** PyPI's list has some 700,000 names, and is asked for rarely: it is not kept for long. */
const TTL = 10 * 60_000;

interface Names {
  readonly names: readonly string[];
  readonly fresh: Span;
  readonly bodies: Map<string, Promise<PreparedBody>>;
}

/** Joins the lists of all upstreams. An upstream with claims contributes only what it claims. */
export class ProjectListService implements ProjectList {
  readonly #upstreams: readonly Upstream[];
  readonly #now: () => number;
  /** What each upstream last said that it has. */
  readonly #said = new Map<Upstream, readonly string[]>();
  #current: Names | undefined;
  #loading: Promise<Names> | undefined;

  constructor(upstreams: readonly Upstream[], now: () => number) {
    this.#upstreams = upstreams;
    this.#now = now;
  }

  async render(form: PageForm, encoding: PageEncoding): Promise<PreparedBody> {
    const { names, bodies } = await this.#load();
    const key = `${form} ${encoding}`;
    const ready = bodies.get(key);
    if (ready !== undefined) return ready;
    const body = prepareBody([form === 'html' ? writeHtml(names) : writeJson(names)], encoding);
    bodies.set(key, body);
    body.catch(() => bodies.delete(key));
    return body;
  }

  async #load(): Promise<Names> {
    const current = this.#current;
    if (current !== undefined && within(current.fresh, this.#now())) return current;
    this.#loading ??= this.#fetch().finally(() => {
      this.#loading = undefined;
    });
    try {
      return await this.#loading;
    } catch (error) {
      if (current !== undefined && error instanceof Failure) return current;
      throw error;
    }
  }

  /** An index that does not tell what it has, or just now does not, adds what it said last: it breaks nobody's list. */
  async #fetch(): Promise<Names> {
    const lists = await Promise.allSettled(this.#upstreams.map((one) => this.#namesOf(one)));
    const failed = lists.find((list) => list.status === 'rejected');
    if (failed !== undefined && this.#said.size === 0) throw failed.reason;
    const names = new Map<ProjectName, string>();
    for (const upstream of this.#upstreams)
      for (const text of this.#said.get(upstream) ?? []) {
        const name = parseProjectName(text);
        if (name !== undefined && !names.has(name) && this.#mayHave(upstream, name))
          names.set(name, text);
      }
    const from = this.#now();
    this.#current = {
      names: [...names].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text),
      fresh: { from, until: from + TTL },
      bodies: new Map(),
    };
    return this.#current;
  }

  async #namesOf(upstream: Upstream): Promise<void> {
    const answer = await upstream.fetchProjectList();
    if (answer.kind === 'page') this.#said.set(upstream, readNames(answer, upstream.name));
    else this.#said.set(upstream, []);
  }

  #mayHave(upstream: Upstream, name: ProjectName): boolean {
    const claimed = this.#upstreams.some((other) => other.claims(name));
    return (claimed || upstream.hasClaims) === upstream.claims(name);
  }
}

type ListAnswer = Extract<PageAnswer, { kind: 'page' }>;

function readNames(answer: ListAnswer, upstream: string): string[] {
  const text = Buffer.from(answer.body).toString('utf8');
  if (!answer.contentType.includes('json')) return readHtmlNames(text);
  try {
    const { projects } = JSON.parse(text) as { projects: { name: unknown }[] };
    return projects.map(({ name }) => String(name));
  } catch (cause) {
    throw new Failure(
      'upstream-broken',
      `The upstream ${upstream} sent a list that cannot be read.`,
      {
        cause,
      },
    );
  }
}

function readHtmlNames(text: string): string[] {
  const names: string[] = [];
  let name: string | undefined;
  const parser = new Parser({
    onopentag(tag) {
      if (tag === 'a') name = '';
    },
    ontext(part) {
      if (name !== undefined) name += part;
    },
    onclosetag(tag) {
      if (tag === 'a' && name !== undefined) names.push(name.trim());
      if (tag === 'a') name = undefined;
    },
  });
  parser.end(text);
  return names;
}

function writeJson(names: readonly string[]): string {
  return JSON.stringify({
    meta: { 'api-version': API_VERSION },
    projects: names.map((name) => ({ name })),
  });
}

function writeHtml(names: readonly string[]): string {
  const links = names.map((name) => {
    const project = parseProjectName(name);
    return `    <a href="${project}/">${escapeHtml(name)}</a><br />`;
  });
  return [
    '<!DOCTYPE html>',
    '<html>',
    '  <head>',
    `    <meta name="pypi:repository-version" content="${API_VERSION}">`,
    '    <title>Simple index</title>',
    '  </head>',
    '  <body>',
    ...links,
    '  </body>',
    '</html>',
    '',
  ].join('\n');
}
