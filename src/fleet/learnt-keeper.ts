import { isDeepStrictEqual } from 'node:util';
import { agreed, type Demands, type LearntBytes, type SeenBytes } from '../domain/integrity.js';
import type { ProjectName } from '../domain/project-name.js';
import type { Stores } from './fleet.js';
import type { Learnt } from './news.js';

type KeptStores = Pick<Stores, 'findings' | 'probes' | 'attestations' | 'facts' | 'pins'>;

export interface LearntKeeperParts {
  readonly stores: KeptStores;
  /** By the upstream's name; undefined if it is not configured here. */
  readonly demandsOf: (upstream: string) => Demands | undefined;
  /** The number of records that were new here. */
  readonly onTaken: (count: number) => void;
  /** Called with a pin that differs from the others' belief. */
  readonly onDispute: (learnt: LearntBytes) => void;
  readonly onFailed: (error: unknown) => void;
}

/**
 * Accepts facts from other machines: available here immediately, and stored in the background, one after another. Facts
 * that are already known remain unchanged.
 */
export class LearntKeeper {
  readonly #parts: LearntKeeperParts;
  #writing: Promise<void> = Promise.resolve();

  constructor(parts: LearntKeeperParts) {
    this.#parts = parts;
  }

  /** @param learnt facts about one project @returns the facts that were new here */
  async take(project: ProjectName, learnt: readonly Learnt[]): Promise<readonly Learnt[]> {
    try {
      const news = await Promise.all([
        this.#takeFindings(project, learnt),
        this.#takeProbes(project, learnt),
        this.#takeAttestations(project, learnt),
        this.#takeBytes(project, learnt),
      ]);
      const all = news.flat();
      if (all.length > 0) this.#parts.onTaken(all.length);
      return all;
    } catch (error) {
      // If the store is unreadable here, it is not extended.
      this.#parts.onFailed(error);
      return [];
    }
  }

  /** Resolves when everything is stored. */
  settled(): Promise<void> {
    return this.#writing;
  }

  async #takeFindings(project: ProjectName, learnt: readonly Learnt[]): Promise<Learnt[]> {
    const told = learnt.filter((one) => one.kind === 'findings');
    if (told.length === 0) return [];
    const { findings } = this.#parts.stores;
    const known = await findings.known(project);
    const news = told.filter(({ inspection: { sha256, filename } }) => {
      const here = known.get(sha256, filename);
      // An inspection that failed here was completed there.
      return here === undefined || here.countsUntil !== undefined;
    });
    findings.learn(project, ...news.map(({ inspection }) => inspection));
    for (const { inspection } of news) this.#write(() => findings.keep(project, inspection));
    return news;
  }

  async #takeProbes(project: ProjectName, learnt: readonly Learnt[]): Promise<Learnt[]> {
    const told = learnt.filter((one) => one.kind === 'probe');
    if (told.length === 0) return [];
    const { probes } = this.#parts.stores;
    const known = await probes.known(project);
    const news = told.filter(
      ({ inspection: { sha256, filename } }) => known.get(sha256, filename) === undefined,
    );
    probes.learn(project, ...news.map(({ inspection }) => inspection));
    for (const { inspection } of news) this.#write(() => probes.keep(project, inspection));
    return news;
  }

  async #takeAttestations(project: ProjectName, learnt: readonly Learnt[]): Promise<Learnt[]> {
    const told = learnt.filter((one) => one.kind === 'attestation');
    if (told.length === 0) return [];
    const { attestations } = this.#parts.stores;
    const known = await attestations.known(project);
    const news = told.filter(({ record: { filename, sha256, askAgainAt } }) => {
      const here = known.find(filename, sha256);
      return here === undefined || here.askAgainAt < askAgainAt;
    });
    attestations.learn(project, ...news.map(({ record }) => record));
    for (const { record } of news) this.#write(() => attestations.put(project, record));
    return news;
  }

  async #takeBytes(project: ProjectName, learnt: readonly Learnt[]): Promise<Learnt[]> {
    const told = learnt.filter((one) => one.kind === 'bytes');
    const upstreams = new Set(told.map(({ upstream }) => upstream));
    const news: Learnt[] = [];
    for (const upstream of upstreams) {
      const demands = this.#parts.demandsOf(upstream);
      if (demands === undefined) continue;
      const ofOne = told.filter((one) => one.upstream === upstream);
      for (const what of ['facts', 'pins'] as const) {
        const seen = ofOne.filter((one) => one.what === what).map((one) => one.seen);
        const taken = await this.#takeSeen({ what, upstream, project }, seen, demands);
        news.push(...taken.map((one) => ({ kind: 'bytes' as const, ...one })));
      }
    }
    return news;
  }

  async #takeSeen(
    of: Omit<LearntBytes, 'seen'>,
    told: readonly SeenBytes[],
    demands: Demands,
  ): Promise<LearntBytes[]> {
    if (told.length === 0) return [];
    const { upstream, project, what } = of;
    const store = this.#parts.stores[what];
    const known = await store.known(upstream, project);
    const news: SeenBytes[] = [];
    for (const { other: _, ...one } of told) {
      const here = known.get(one.filename);
      // An unreadable record refuses its file, regardless of the others' facts.
      if (here === 'unreadable' || (here !== undefined && what === 'facts')) continue;
      const { other: __, ...held }: SeenBytes = here ?? one;
      const next = here === undefined ? one : agreed(held, one, demands);
      if (here !== undefined && isDeepStrictEqual(next, held)) continue;
      news.push(next);
      if (next.disputed !== undefined && one.disputed === undefined)
        this.#parts.onDispute({ ...of, seen: next });
    }
    if (news.length > 0) store.learn(upstream, project, ...news);
    for (const seen of news) this.#write(() => store.put(upstream, project, seen));
    return news.map((seen) => ({ ...of, seen }));
  }

  #write(action: () => Promise<void>): void {
    this.#writing = this.#writing.then(action).catch((error) => this.#parts.onFailed(error));
  }
}
