import { Failure } from '../domain/failure.js';
import type { Hashes } from '../domain/hashes.js';
import type { ProjectName } from '../domain/project-name.js';
import { type Span, within } from '../domain/span.js';
import type { Verdict } from '../domain/verdict.js';
import type { MemoryBudget } from '../runtime/memory-budget.js';
import { Turns } from '../runtime/turns.js';
import type { Upstream } from '../upstream/upstream.js';
import type { Judge } from '../verdicts/judge.js';
import { JudgedPage } from './judged-page.js';
import type { PageLoader } from './page-loader.js';
import type { PageProbes } from './page-probes.js';
import type { LoadedPage } from './page-reader.js';
import { prepareBody } from './prepare-body.js';
import type {
  ListedFile,
  PageEncoding,
  PageForm,
  PreparedBody,
  ProjectPages,
  RecentPage,
} from './project-pages.js';
import { renderHtml } from './render-html.js';
import { renderJson } from './render-json.js';
import { Settling } from './settling.js';
import { sidecarDigests } from './sidecar-digests.js';

/** One project's page under one policy, with the bodies made ready from it so far. */
interface Rendering {
  /** Memory for the texts of the verdicts, in bytes, approximate. */
  readonly said: number;
  /** The policy and the feed that it was judged by. */
  readonly basis: string;
  /** From when it was judged until time alone may change a verdict. */
  readonly validity: Span;
  readonly judged: JudgedPage;
  /** Whether a verdict is based only on a probe. */
  readonly isProbed: boolean;
  readonly bodies: Map<string, Settling<PreparedBody>>;
}

/** A page with previously fetched files, just judged. */
export interface JudgedFiles {
  readonly loaded: LoadedPage;
  /** In the order of `page.files`. */
  readonly verdicts: readonly Verdict[];
  /** Indexes in `page.files` of the inspected files. */
  readonly inspected: ReadonlySet<number>;
}

export type JudgedPageListener = (page: JudgedFiles) => void;

/** Memory for a match in addition to its text, and for a body in addition to its bytes. */
const HIT = 240;
const BODY = 400;

/** Ready texts: one that is put together must be hashed at each look-up. */
const BODY_KEYS = {
  html: { identity: 'html identity', gzip: 'html gzip', br: 'html br' },
  json: { identity: 'json identity', gzip: 'json gzip', br: 'json br' },
} as const satisfies Record<PageForm, Record<PageEncoding, string>>;

/**
 * Project pages under the policy in force. A body is created once per form, encoding, upstream page and policy
 * revision, and is then used for all clients until one of these changes.
 */
export class ProjectPagesService implements ProjectPages {
  readonly #loader: PageLoader;
  readonly #judge: Judge;
  readonly #now: () => number;
  readonly #budget: MemoryBudget;
  readonly #probes: PageProbes | undefined;
  readonly #onJudged: JudgedPageListener | undefined;
  /** Kept as long as their pages, whose limit includes both. */
  readonly #renderings = new WeakMap<LoadedPage, Settling<Rendering>>();

  /**
   * @param budget for pages in progress
   * @param onJudged called with each page that was judged again
   */
  constructor(
    loader: PageLoader,
    judge: Judge,
    now: () => number,
    budget: MemoryBudget,
    probes?: PageProbes,
    onJudged?: JudgedPageListener,
  ) {
    this.#loader = loader;
    this.#judge = judge;
    this.#now = now;
    this.#budget = budget;
    this.#probes = probes;
    this.#onJudged = onJudged;
  }

  async render(
    project: ProjectName,
    form: PageForm,
    encoding: PageEncoding,
  ): Promise<PreparedBody> {
    // From the page's beginning to the body's end it is one purpose.
    const purpose = this.#budget.enter(project);
    try {
      const loaded = await this.#loader.load(project);
      const rendering = await this.#rendering(loaded);
      return await this.#body(loaded, rendering, form, encoding);
    } finally {
      purpose.release();
    }
  }

  ready(project: ProjectName, form: PageForm, encoding: PageEncoding): PreparedBody | undefined {
    const loaded = this.#loader.peek(project);
    const rendering = loaded && this.#renderings.get(loaded)?.value;
    if (rendering === undefined || !this.#isCurrent(rendering)) return undefined;
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
    return filesOf(await this.#loader.load(project));
  }

  recent(project: ProjectName): RecentPage | undefined {
    const loaded = this.#loader.recent(project);
    return loaded && { upstream: loaded.upstream, files: () => filesOf(loaded) };
  }

  async source(project: ProjectName): Promise<Upstream> {
    return (await this.#loader.load(project)).upstream;
  }

  async judged(project: ProjectName): Promise<JudgedPage> {
    return (await this.#rendering(await this.#loader.load(project))).judged;
  }

  staleness(project: ProjectName): string | undefined {
    return this.#loader.staleness(project);
  }

  invalidate(project: ProjectName, only?: 'probed'): void {
    const loaded = this.#loader.recent(project);
    if (loaded === undefined) return;
    if (only === 'probed' && this.#renderings.get(loaded)?.value?.isProbed === false) return;
    this.#renderings.delete(loaded);
  }

  /** Shared by all requests before it is ready. */
  #body(
    loaded: LoadedPage,
    rendering: Rendering,
    form: PageForm,
    encoding: PageEncoding,
  ): Promise<PreparedBody> {
    const key = BODY_KEYS[form][encoding];
    const ready = rendering.bodies.get(key);
    if (ready !== undefined) return ready.promise;
    const body = this.#prepare(loaded, rendering, form, encoding);
    rendering.bodies.set(key, new Settling(body));
    body.then(
      () => this.#weigh(loaded, rendering),
      () => rendering.bodies.delete(key),
    );
    return body;
  }

  async #prepare(
    loaded: LoadedPage,
    { judged }: Rendering,
    form: PageForm,
    encoding: PageEncoding,
  ): Promise<PreparedBody> {
    const holding = this.#budget.enter(loaded.page.project);
    try {
      // Its text, in pieces and as a whole, and packed.
      const wait = holding.take(loaded.bytes);
      if (wait !== undefined) await wait;
      const write = form === 'html' ? renderHtml : renderJson;
      return await prepareBody(write(judged), encoding);
    } finally {
      holding.release();
    }
  }

  #weigh(loaded: LoadedPage, rendering: Rendering): void {
    if (this.#renderings.get(loaded)?.value !== rendering) return;
    let made = rendering.said;
    for (const { value } of rendering.bodies.values()) made += BODY + (value?.body.length ?? 0);
    this.#loader.weigh(loaded, made);
  }

  async #rendering(loaded: LoadedPage): Promise<Rendering> {
    const known = this.#renderings.get(loaded);
    if (known !== undefined) {
      const rendering = await known.promise;
      if (this.#isCurrent(rendering)) return rendering;
      if (this.#renderings.get(loaded) !== known) return this.#rendering(loaded);
    }
    const judging = this.#judgePage(loaded);
    this.#renderings.set(loaded, new Settling(judging));
    judging.catch(() => this.#renderings.delete(loaded));
    return judging;
  }

  #isCurrent({ basis, validity }: Rendering): boolean {
    return basis === this.#judge.basis && within(validity, this.#now());
  }

  async #judgePage(loaded: LoadedPage): Promise<Rendering> {
    const { listing } = loaded;
    const { files } = loaded.page;
    const verdicts: Verdict[] = [];
    const sidecars = new Map<number, Hashes>();
    const inspected = new Set<number>();
    let validUntil = Infinity;
    let said = 0;
    let isProbed = false;
    let { basis } = this.#judge;
    let from = this.#now();
    if (files[0] !== undefined) {
      // A policy edit during this does not affect it: the page is judged again on the next request.
      const before = await this.#judge.ofPage(listing.listed(files[0]).subject);
      const looked = await this.#probes?.look(loaded, before);
      const known = looked?.known ?? before;
      validUntil = looked?.until ?? Infinity;
      basis = known.basis;
      from = known.now;
      await new Turns().forEach(files, (file, index) => {
        const { subject } = listing.listed(file);
        const verdict = known.of(subject);
        const inspection = known.inspectionOf(subject);
        if (inspection !== undefined) inspected.add(index);
        const sidecar = file.coreMetadata && sidecarDigests(file, inspection);
        if (sidecar && sidecar !== file.coreMetadata) sidecars.set(index, sidecar);
        verdicts.push(verdict);
        validUntil = Math.min(validUntil, verdict.validUntil);
        for (const { reason, probe } of verdict.hits) {
          said += HIT + reason.length;
          isProbed ||= probe === true;
        }
      });
    }
    if (inspected.size > 0) this.#onJudged?.({ loaded, verdicts, inspected });
    const validity = { from, until: validUntil };
    const judged = new JudgedPage(loaded.page, verdicts, sidecars);
    return { said, basis, validity, judged, isProbed, bodies: new Map() };
  }
}

function filesOf({ page, listing }: LoadedPage): readonly ListedFile[] {
  return page.files.map((file) => listing.listed(file));
}
