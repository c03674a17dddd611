import type { MalwareFeed } from '../domain/malware-feed.js';
import { NO_PAGE } from '../domain/page-facts.js';
import type { ProjectName } from '../domain/project-name.js';
import { releaseKey } from '../domain/release-key.js';
import { RULES } from '../domain/rules.js';
import type { Subject } from '../domain/subject.js';
import type { RuleHit } from '../domain/verdict.js';
import type { ListedFile } from '../project-pages/project-pages.js';
import { Turns } from '../runtime/turns.js';
import type { FindingsStore } from '../store/findings-store.js';
import type { SuspectedProjects } from '../store/suspected-projects.js';
import type { Judge } from '../verdicts/judge.js';
import type { Advisory } from './advisory.js';
import { advisoryId, isTold, type NamedRelease } from './advisory-id.js';
import { KnownContents } from './known-contents.js';
import type { Question } from './question.js';

export interface InquiryParts {
  readonly judge: Pick<Judge, 'accuse' | 'evaluate' | 'basis'>;
  readonly findings: Pick<FindingsStore, 'known'>;
  readonly suspected: SuspectedProjects;
  readonly feed: () => MalwareFeed;
  /** The last known files of the project's page; undefined if it is not in memory. Without any request. */
  readonly recentFiles: (project: ProjectName) => readonly ListedFile[] | undefined;
  /** The first upstream for a project. */
  readonly upstreamOf: (project: ProjectName) => Pick<Subject, 'upstream' | 'publicUpstream'>;
}

/** Stands for a project's releases if none is known. */
const ANY_VERSION = '0';

/**
 * Queries of one request. The facts about a project are read once for all of them. Only local facts count: no upstream
 * is queried, and an unknown name causes no reads and no writes.
 * A release has an advisory if the policy refuses it regardless of its content, or if some of its content is refused
 * and none of its wheels is known to be allowed. Waived, dry-run and warn results have none.
 */
export class Inquiry {
  readonly #parts: InquiryParts;
  readonly #contents = new Map<ProjectName, Promise<KnownContents>>();

  constructor(parts: InquiryParts) {
    this.#parts = parts;
  }

  answer({ project, version, isInvalid }: Question): Promise<readonly Advisory[]> {
    return version === undefined ? this.#ofProject(project, isInvalid) : this.of(project, version);
  }

  /**
   * The most severe first.
   * @param version PEP 440's normal form; undefined stands for all invalid versions: like files with such a version, it
   * is refused if any version is denied, and no waiver applies
   */
  async of(project: ProjectName, version: string | undefined): Promise<readonly Advisory[]> {
    const { judge, feed, suspected } = this.#parts;
    const filename = version === undefined ? 'the query' : `${project} ${version}`;
    const about = this.#subject(project, { version, filename });
    const hits = standing(judge.accuse(about).hits);
    const fromFeed = hits.find(({ rule }) => rule === 'malware-feed');
    const records = fromFeed === undefined ? [] : feed().naming(project, version);
    const own = hits.find(({ rule }) => rule === 'deny');
    const told: Advisory[] = records.map((record) => ({
      kind: 'feed',
      id: record.id,
      hit: fromFeed!,
      record,
      project,
      version,
    }));
    if (own !== undefined) told.push(policyAdvisory(project, version, own, undefined));
    else if (suspected.has(project)) told.push(...(await this.#byContent(project, version)));
    return told;
  }

  /** A record of the malware feed, if the policy enforces the feed for any of its releases. */
  ofRecord(id: string): Advisory | undefined {
    const record = this.#parts.feed().record(id);
    const affected = record?.affected[0];
    if (record === undefined || affected === undefined) return undefined;
    const { project, versions } = affected;
    for (const version of versions.length > 0 ? versions : [undefined]) {
      const subject = this.#subject(project, { version, filename: project });
      const hits = standing(this.#parts.judge.accuse(subject).hits);
      const hit = hits.find(({ rule }) => rule === 'malware-feed');
      if (hit !== undefined) return { kind: 'feed', id, hit, record, project, version };
    }
    return undefined;
  }

  /**
   * All known advisories against releases of a project: those in the feed, and those with local facts.
   * @param isInvalid whether the query has an invalid version
   */
  async #ofProject(project: ProjectName, isInvalid: boolean): Promise<readonly Advisory[]> {
    const told = new Map<string, Advisory>();
    for (const { id } of this.#parts.feed().naming(project, undefined)) {
      const advisory = this.ofRecord(id);
      if (advisory !== undefined) told.set(id, advisory);
    }
    const contents = await this.#contentsOf(project);
    const turns = new Turns();
    for (const version of contents.versions) {
      if (turns.spent) await turns.next();
      for (const advisory of await this.of(project, version)) told.set(advisory.id, advisory);
    }
    // For a denied range, it is unknown whether a release is in it.
    if (isInvalid || !contents.isListed)
      // A record of the feed may be waived for its versions, which was checked above.
      for (const advisory of await this.of(project, undefined))
        if (isInvalid || advisory.kind === 'policy') told.set(advisory.id, advisory);
    // A project that is denied completely has an advisory even if its page is empty.
    if (told.size === 0)
      for (const advisory of await this.of(project, ANY_VERSION)) told.set(advisory.id, advisory);
    return [...told.values()];
  }

  async #byContent(project: ProjectName, version: string | undefined): Promise<Advisory[]> {
    const key = releaseKey(version);
    const contents = await this.#contentsOf(project);
    let strongest: Advisory | undefined;
    let hasWheel = false;
    for (const { name, inspection } of contents.of(key)) {
      const { filename, sha256 } = inspection;
      const about = { version, filename, sha256, kind: name.kind };
      const [hit] = standing(
        this.#parts.judge.evaluate(this.#subject(project, about), { inspection }).hits,
      );
      if (name.kind === 'wheel') {
        // A wheel that may be installed remains.
        if (hit === undefined) return [];
        hasWheel = true;
      }
      if (hit === undefined || !isTold(hit.rule)) continue;
      const advisory = policyAdvisory(project, version, hit, { filename, sha256 });
      if (strongest === undefined || rank(advisory) < rank(strongest)) strongest = advisory;
    }
    // A refused sdist is not enough while there may be wheels that were not inspected.
    if (strongest === undefined || (!hasWheel && contents.mayHaveWheel(key))) return [];
    return [strongest];
  }

  #contentsOf(project: ProjectName): Promise<KnownContents> {
    let contents = this.#contents.get(project);
    if (contents === undefined) {
      contents = this.#read(project);
      this.#contents.set(project, contents);
    }
    return contents;
  }

  async #read(project: ProjectName): Promise<KnownContents> {
    const { findings, suspected, recentFiles } = this.#parts;
    const known = suspected.has(project) ? (await findings.known(project)).all() : [];
    return new KnownContents(project, known, recentFiles(project));
  }

  /** Written out: hundreds are created at once, and spreading objects takes ten times as long. */
  #subject(
    project: ProjectName,
    {
      version,
      filename,
      sha256,
      kind = 'wheel',
    }: Pick<Subject, 'version' | 'filename'> & Partial<Pick<Subject, 'sha256' | 'kind'>>,
  ): Subject {
    const { upstream, publicUpstream } = this.#parts.upstreamOf(project);
    const { uploadTime, yanked, status, declaredMetadata, hasWheel } = NO_PAGE;
    const { projectBegan, releaseBegan, releaseSaid, firstSeen, namespaces } = NO_PAGE;
    return {
      upstream,
      publicUpstream,
      project,
      version,
      filename,
      kind,
      sha256,
      integrity: 'on-arrival',
      size: undefined,
      uploadTime,
      yanked,
      status,
      declaredMetadata,
      hasWheel,
      projectBegan,
      releaseBegan,
      releaseSaid,
      firstSeen,
      namespaces,
    };
  }
}

/** The certain refusals, by release or by content; the most severe first. */
function standing(hits: readonly RuleHit[]): readonly RuleHit[] {
  return hits.filter(
    ({ rule, action, waiver, dryRun, doubt }) =>
      action === 'block' &&
      waiver === undefined &&
      dryRun !== true &&
      doubt !== true &&
      (isTold(rule) || rule === 'malware-feed' || rule === 'metadata'),
  );
}

function policyAdvisory(
  project: ProjectName,
  version: string | undefined,
  hit: RuleHit,
  file: Pick<Subject, 'filename' | 'sha256'> | undefined,
): Advisory {
  const release: NamedRelease = { rule: hit.rule, project, version };
  return { kind: 'policy', id: advisoryId(release), hit, file, ...release };
}

function rank({ hit }: Advisory): number {
  return RULES.indexOf(hit.rule);
}
