import type { ProjectName } from '../domain/project-name.js';
import type { IndexFile, ProjectPage } from '../domain/project-page.js';
import { expandTags } from '../domain/wheel-tags.js';
import type { Looked, PageProbes } from '../project-pages/page-probes.js';
import type { LoadedPage } from '../project-pages/page-reader.js';
import type { Judge, PageVerdicts } from '../verdicts/judge.js';
import { ByteAllowance } from './byte-allowance.js';
import { firstPicks } from './first-picks.js';
import type { ProbedFile, Prober } from './prober.js';

export interface PageProberSettings {
  /** How long a page waits, in milliseconds. */
  readonly wait: number;
  /** Maximum number of files per page. */
  readonly files: number;
  /** Files uploaded longer ago are not probed, in milliseconds. */
  readonly age: number;
}

export interface PageProberParts {
  readonly prober: Pick<Prober, 'leftAloneUntil' | 'probe'>;
  readonly judge: Pick<Judge, 'ofPage'>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** A page that was already sent is outdated. */
  readonly onLate: (project: ProjectName) => void;
}

/** The limit of all probes of one page, in bytes. */
const MOST_BYTES = 12 * 2 ** 20;
/** When probes that were unfinished at the page's response are checked again, in milliseconds. */
const SOON = 30_000;

/** Probes the files of a page that a client would pick first and that are unknown. */
export class PageProber implements PageProbes {
  readonly #settings: PageProberSettings;
  readonly #parts: PageProberParts;

  constructor(settings: PageProberSettings, parts: PageProberParts) {
    this.#settings = settings;
    this.#parts = parts;
  }

  look(loaded: LoadedPage, known: PageVerdicts): Promise<Looked> | undefined {
    if (!loaded.upstream.inspect || !loaded.page.files.some((file) => this.#isWanted(file)))
      return undefined;
    const picks = this.#unknownPicks(loaded, known);
    return picks.length === 0 ? undefined : this.#probe(loaded, known, picks);
  }

  /** If the newest releases are refused, the previous ones are picked next. */
  async #probe(
    loaded: LoadedPage,
    before: PageVerdicts,
    first: readonly ProbedFile[],
  ): Promise<Looked> {
    const { wait, files } = this.#settings;
    const allowance = new ByteAllowance(MOST_BYTES);
    const asked = new Set<string>();
    const deadline = new Deadline(wait);
    let known = before;
    let picks = first;
    try {
      for (let inTime = true; inTime; ) {
        const next = this.#toBeAsked(picks, asked).slice(0, files - asked.size);
        if (next.length === 0) break;
        for (const { file } of next) asked.add(file.filename);
        inTime = await this.#ask(next, allowance, deadline);
        known = await this.#parts.judge.ofPage(first[0]!.subject);
        picks = this.#unknownPicks(loaded, known);
      }
    } finally {
      deadline.end();
    }
    return { known, until: this.#lookAgainAt(picks, asked) };
  }

  #toBeAsked(picks: readonly ProbedFile[], asked: ReadonlySet<string>): readonly ProbedFile[] {
    const { prober } = this.#parts;
    return picks.filter(
      (listed) => !asked.has(listed.file.filename) && prober.leftAloneUntil(listed) === undefined,
    );
  }

  /** @returns whether all results arrived in time */
  async #ask(
    picks: readonly ProbedFile[],
    allowance: ByteAllowance,
    deadline: Deadline,
  ): Promise<boolean> {
    const probes = picks.map((listed) => this.#parts.prober.probe(listed, allowance));
    if (await deadline.keptBy(Promise.all(probes))) return true;
    for (const [at, probe] of probes.entries()) void this.#follow(picks[at]!, probe);
    return false;
  }

  /** A requested file without a result has failed or is in progress; the others exceed "files". */
  #lookAgainAt(unknown: readonly ProbedFile[], asked: ReadonlySet<string>): number {
    const { prober, now } = this.#parts;
    const soon = now() + SOON;
    const times = unknown.map(
      (listed) =>
        prober.leftAloneUntil(listed) ?? (asked.has(listed.file.filename) ? soon : Infinity),
    );
    return Math.min(Infinity, ...times);
  }

  /** A result after the page's response applies from the next request on. */
  async #follow({ subject }: ProbedFile, probe: ReturnType<Prober['probe']>): Promise<void> {
    if ((await probe) === undefined) return;
    // The page is rendered again at the next request, which also repeats a failed verdict.
    const known = await this.#parts.judge.ofPage(subject).catch(() => undefined);
    if (known === undefined || known.of(subject).hits.length > 0)
      this.#parts.onLate(subject.project);
  }

  #unknownPicks({ page, listing }: LoadedPage, known: PageVerdicts): ProbedFile[] {
    const isChoice = (file: IndexFile) =>
      known.of(listing.listed(file).subject).outcome !== 'block';
    return firstPicks(page, { isChoice, isFamiliar: familiarTo(page, listing, known) })
      .filter((file) => this.#isWanted(file))
      .map((file) => listing.listed(file))
      .filter(isNamed)
      .filter(
        ({ subject }) =>
          known.inspectionOf(subject) === undefined && known.probeOf(subject) === undefined,
      );
  }

  /** An unknown upload time may be today's. */
  #isWanted({ name, uploadTime, sha256 }: IndexFile): boolean {
    if (name.kind !== 'wheel' || sha256 === undefined) return false;
    return uploadTime === undefined || uploadTime > this.#parts.now() - this.#settings.age;
  }
}

/** Whether a file shares a compatibility tag with one that was fetched before. */
function familiarTo(
  page: ProjectPage,
  listing: LoadedPage['listing'],
  known: PageVerdicts,
): (file: IndexFile) => boolean {
  const fetched = page.files.filter(
    (file) =>
      file.name.kind === 'wheel' && known.inspectionOf(listing.listed(file).subject) !== undefined,
  );
  const tags = new Set(fetched.flatMap(({ name }) => expandTags(name)));
  return ({ name }) => tags.size > 0 && expandTags(name).some((tag) => tags.has(tag));
}

function isNamed(listed: Pick<ProbedFile, 'file'>): listed is ProbedFile {
  return listed.file.sha256 !== undefined;
}

/** A deadline shared by several waits. */
class Deadline {
  readonly #over: Promise<false>;
  #timer: NodeJS.Timeout | undefined;

  /** @param milliseconds from now */
  constructor(milliseconds: number) {
    this.#over = new Promise((resolve) => {
      this.#timer = setTimeout(() => resolve(false), milliseconds);
    });
  }

  /** Whether a promise is fulfilled before the deadline. */
  async keptBy(promise: Promise<unknown>): Promise<boolean> {
    return Promise.race([promise.then(() => true), this.#over]);
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}
