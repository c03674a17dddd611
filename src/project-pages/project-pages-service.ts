import { LRUCache } from 'lru-cache';
import { Failure } from '../domain/failure.js';
import type { Hashes } from '../domain/hashes.js';
import type { ProjectName } from '../domain/project-name.js';
import { type Span, within } from '../domain/span.js';
import type { Verdict } from '../domain/verdict.js';
import { Turns } from '../runtime/turns.js';
import type { Upstream } from '../upstream/upstream.js';
import type { Judge } from '../verdicts/judge.js';
import { JudgedPage } from './judged-page.js';
import type { PageLoader } from './page-loader.js';
import type { LoadedPage } from './page-reader.js';
import { prepareBody } from './prepare-body.js';
import type {
  ListedFile,
  PageEncoding,
  PageForm,
  PreparedBody,
  ProjectPages,
} from './project-pages.js';
import { renderHtml } from './render-html.js';
import { renderJson } from './render-json.js';
import { Settling } from './settling.js';
import { sidecarDigests } from './sidecar-digests.js';

/** One project's page under one policy, with the bodies made ready from it so far. */
interface Rendering {
  readonly loaded: LoadedPage;
  /** The policy and the feed that it was judged by. */
  readonly basis: string;
  /** From when it was judged until time alone may change a verdict. */
  readonly validity: Span;
  readonly judged: JudgedPage;
  readonly bodies: Map<string, Settling<PreparedBody>>;
}

/** Renderings kept, whatever their size: the parsed pages behind them are bounded in bytes by the loader. */
const MAX_RENDERINGS = 5_000;

/** Ready texts: one that is put together must be hashed at each look-up. */
const BODY_KEYS = {
  html: { identity: 'html identity', gzip: 'html gzip', br: 'html br' },
  json: { identity: 'json identity', gzip: 'json gzip', br: 'json br' },
} as const satisfies Record<PageForm, Record<PageEncoding, string>>;

/**
 * Project pages under the policy in force. A body is made once per form, encoding, upstream page and policy
 * revision, and then serves everybody until one of these changes.
 */
export class ProjectPagesService implements ProjectPages {
  readonly #loader: PageLoader;
  readonly #judge: Judge;
  readonly #now: () => number;
  readonly #renderings = new LRUCache<ProjectName, Settling<Rendering>>({ max: MAX_RENDERINGS });

  constructor(loader: PageLoader, judge: Judge, now: () => number) {
    this.#loader = loader;
    this.#judge = judge;
    this.#now = now;
  }

  async render(
    project: ProjectName,
    form: PageForm,
    encoding: PageEncoding,
  ): Promise<PreparedBody> {
    const loaded = await this.#loader.load(project);
    const { bodies, judged } = await this.#rendering(project, loaded);
    const key = BODY_KEYS[form][encoding];
    const ready = bodies.get(key);
    if (ready !== undefined) return ready.promise;
    const write = form === 'html' ? renderHtml : renderJson;
    const body = prepareBody(write(judged), encoding);
    bodies.set(key, new Settling(body));
    body.catch(() => bodies.delete(key));
    return body;
  }

  ready(project: ProjectName, form: PageForm, encoding: PageEncoding): PreparedBody | undefined {
    const loaded = this.#loader.peek(project);
    const rendering = this.#renderings.get(project)?.value;
    if (loaded === undefined || rendering === undefined) return undefined;
    if (!this.#isCurrent(rendering, loaded)) return undefined;
    return rendering.bodies.get(BODY_KEYS[form][encoding])?.value;
  }

  async find(project: ProjectName, filename: string): Promise<ListedFile> {
    const { listing } = await this.#loader.load(project);
    const listed = listing.get(filename);
    if (listed === undefined)
      throw new Failure('not-found', `The page of ${project} does not list ${filename}.`);
    return listed;
  }

  async list(project: ProjectName): Promise<readonly ListedFile[]> {
    const { page, listing } = await this.#loader.load(project);
    return page.files.map((file) => listing.listed(file));
  }

  async source(project: ProjectName): Promise<Upstream> {
    return (await this.#loader.load(project)).upstream;
  }

  async judged(project: ProjectName): Promise<JudgedPage> {
    return (await this.#rendering(project, await this.#loader.load(project))).judged;
  }

  invalidate(project: ProjectName): void {
    this.#renderings.delete(project);
  }

  async #rendering(project: ProjectName, loaded: LoadedPage): Promise<Rendering> {
    const known = this.#renderings.get(project);
    if (known !== undefined) {
      const rendering = await known.promise;
      if (this.#isCurrent(rendering, loaded)) return rendering;
      if (this.#renderings.peek(project) !== known) return this.#rendering(project, loaded);
    }
    const judging = this.#judgePage(loaded);
    this.#renderings.set(project, new Settling(judging));
    judging.catch(() => this.#renderings.delete(project));
    return judging;
  }

  #isCurrent(rendering: Rendering, loaded: LoadedPage): boolean {
    return (
      rendering.loaded === loaded &&
      rendering.basis === this.#judge.basis &&
      within(rendering.validity, this.#now())
    );
  }

  async #judgePage(loaded: LoadedPage): Promise<Rendering> {
    const { listing } = loaded;
    const { files } = loaded.page;
    const verdicts: Verdict[] = [];
    const sidecars = new Map<number, Hashes>();
    let validUntil = Infinity;
    let { basis } = this.#judge;
    let from = this.#now();
    if (files[0] !== undefined) {
      // A policy that is edited meanwhile does not reach into this: such a page is judged anew when asked for.
      const known = await this.#judge.ofPage(listing.listed(files[0]).subject);
      basis = known.basis;
      from = known.now;
      await new Turns().forEach(files, (file, index) => {
        const { subject } = listing.listed(file);
        const verdict = known.of(subject);
        const sidecar = file.coreMetadata && sidecarDigests(file, known.inspectionOf(subject));
        if (sidecar && sidecar !== file.coreMetadata) sidecars.set(index, sidecar);
        verdicts.push(verdict);
        validUntil = Math.min(validUntil, verdict.validUntil);
      });
    }
    const validity = { from, until: validUntil };
    const judged = new JudgedPage(loaded.page, verdicts, sidecars);
    return { loaded, basis, validity, judged, bodies: new Map() };
  }
}
