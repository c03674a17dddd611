import { Failure } from '../domain/failure.js';
import type { ProjectName } from '../domain/project-name.js';
import { type Span, within } from '../domain/span.js';
import type { Meeting } from '../fleet/meetings.js';
import type { PageToStore } from '../store/page-store.js';
import type { Upstream } from '../upstream/upstream.js';
import type { FirstSights } from './first-sights.js';
import type { KeptPages } from './kept-pages.js';
import { hadPage, type KnownPage, type KnownPages, type Others } from './others-pages.js';
import type { PageGetter } from './page-getter.js';
import type { LoadedPage } from './page-reader.js';
import type { RememberedPages } from './remembered-pages.js';

export interface UpstreamTurnsParts {
  readonly memory: RememberedPages;
  readonly kept: KeptPages;
  readonly getter: PageGetter;
  readonly sights: Pick<FirstSights, 'confirm'>;
  /** How long a page is used without asking, in milliseconds. */
  readonly ttl: number;
  readonly now: () => number;
  readonly onResult: (result: 'hit' | 'miss' | 'revalidated') => void;
}

/** Queries the upstreams of a project in turn. The result is in memory afterwards, even if nobody waits for it any more. */
export class UpstreamTurns {
  readonly #parts: UpstreamTurnsParts;

  constructor(parts: UpstreamTurnsParts) {
    this.#parts = parts;
  }

  /**
   * Only a definite "no such project" continues with the next upstream, never a failure.
   * @param known a page that no longer exists is removed from it
   * @param others receives the results
   * @returns undefined if no upstream has the project
   */
  async ask(
    project: ProjectName,
    upstreams: readonly Upstream[],
    known: KnownPages,
    others: Others | undefined,
  ): Promise<LoadedPage | undefined> {
    try {
      return await this.#askAll(project, upstreams, known, others);
    } finally {
      others?.end();
    }
  }

  async #askAll(
    project: ProjectName,
    upstreams: readonly Upstream[],
    known: KnownPages,
    others: Others | undefined,
  ): Promise<LoadedPage | undefined> {
    const { memory, kept } = this.#parts;
    const meeting = others?.meeting;
    for (const [index, upstream] of upstreams.entries()) {
      const page = (await others?.pageOf(upstream)) ?? known.get(upstream);
      const loaded = await this.#askOne(upstream, project, page, meeting);
      // A name at this index hides the same name at all later ones, regardless of their earlier pages.
      const gone = loaded === undefined ? [upstream] : upstreams.slice(index + 1);
      for (const other of gone)
        if (known.delete(other)) {
          kept.delete(other.name, project);
          meeting?.gone(other.name);
        }
      if (loaded !== undefined) return loaded;
    }
    memory.addAbsence(project);
    return undefined;
  }

  async #askOne(
    upstream: Upstream,
    project: ProjectName,
    known: KnownPage | undefined,
    meeting: Meeting | undefined,
  ): Promise<LoadedPage | undefined> {
    const { memory, kept, getter, now, onResult } = this.#parts;
    if (known !== undefined && within(known.fresh, now())) {
      onResult('hit');
      return memory.add(project, known);
    }
    const share = meeting && ((page: PageToStore) => meeting.fetched(upstream.name, page));
    const answer = await getter.ask(upstream, project, known?.validators, share);
    if (answer === 'absent') return undefined;
    if (answer !== 'unchanged') {
      onResult('miss');
      return memory.add(project, { ...answer, made: 0, ...this.#checkedNow() });
    }
    // Nothing was asked that it could be an answer to, and it is no word on whether there is such a project.
    if (known === undefined) throw new Failure('upstream-broken', UNASKED);
    onResult('revalidated');
    this.#parts.sights.confirm(upstream, project, now());
    const packed = () => kept.packed(upstream.name, project);
    void meeting?.unchanged({ ...hadPage(upstream, known), checkedAt: now() }, packed);
    return memory.add(project, { ...known, ...this.#checkedNow(), stale: undefined });
  }

  #checkedNow(): { readonly checkedAt: number; readonly fresh: Span } {
    const checkedAt = this.#parts.now();
    return { checkedAt, fresh: { from: checkedAt, until: checkedAt + this.#parts.ttl } };
  }
}

const UNASKED = 'The upstream returned "unchanged" for a page that is not cached.';
