import { parseDistributionFilename } from '../domain/distribution-filename.js';
import type { Inspection } from '../domain/finding.js';
import type { FeedRecord, MalwareFeed } from '../domain/malware-feed.js';
import { NO_PAGE } from '../domain/page-facts.js';
import type { ProjectName } from '../domain/project-name.js';
import { releaseKey } from '../domain/release-key.js';
import { RULES } from '../domain/rules.js';
import type { Subject } from '../domain/subject.js';
import type { RuleHit } from '../domain/verdict.js';
import type { ListedFile } from '../project-pages/project-pages.js';
import { withDeadline } from '../runtime/deadline.js';
import { Turns } from '../runtime/turns.js';
import type { FindingsStore } from '../store/findings-store.js';
import type { SuspectedProjects } from '../store/suspected-projects.js';
import type { Judge } from '../verdicts/judge.js';
import { advisoryId, isTold, type NamedRelease, parseAdvisoryId } from './advisory-id.js';

/** What is said against a release: a record of the malware feed as it is, or a refusal by the policy. */
export type Advisory =
  | {
      readonly kind: 'feed';
      readonly id: string;
      readonly hit: RuleHit;
      readonly record: FeedRecord;
      readonly project: ProjectName;
      /** Undefined where no release in particular was asked about. */
      readonly version: string | undefined;
    }
  | ({
      readonly kind: 'policy';
      readonly id: string;
      readonly hit: RuleHit;
      /** Whose content is refused; undefined where the release is, whatever is in it. */
      readonly file: Pick<Subject, 'filename' | 'sha256'> | undefined;
    } & NamedRelease);

export interface AdvisoryParts {
  readonly judge: Pick<Judge, 'accuse' | 'evaluate' | 'basis'>;
  readonly findings: Pick<FindingsStore, 'known'>;
  readonly suspected: SuspectedProjects;
  readonly feed: () => MalwareFeed;
  /** The files of the project's page as it was seen last; undefined where memory has none. Nobody is asked. */
  readonly recentFiles: (project: ProjectName) => readonly ListedFile[] | undefined;
  /** The upstream that a project would be asked of first. */
  readonly upstreamOf: (project: ProjectName) => Pick<Subject, 'upstream' | 'publicUpstream'>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** So long a question waits until it is known what earlier runs have found, in milliseconds: after a start, it takes a moment. */
const PATIENCE = 2_000;

/** Stands for a project's releases where none is known. */
const ANY_VERSION = '0';

/**
 * What is said against releases that somebody has locked or installed, wherever from. Only what is at hand is looked into: no
 * upstream is asked, and for a name that nobody knows nothing is read or kept.
 *
 * A release is named where the policy refuses it whatever is in it, or where something in it is refused and no wheel of it
 * is known to be allowed. What is waived, in dry-run, or only warned of is not told.
 */
export class Advisories {
  readonly #parts: AdvisoryParts;
  readonly #begun: Promise<void>;
  #basis: { readonly text: string; readonly since: number } | undefined;

  constructor(parts: AdvisoryParts) {
    this.#parts = parts;
    this.#begun = withDeadline(PATIENCE, parts.suspected.searched).catch(() => {});
  }

  /** Milliseconds since 1970: since when what the policy says has been as it is, as far as this process knows. */
  get since(): number {
    const { judge, now } = this.#parts;
    if (this.#basis?.text !== judge.basis) this.#basis = { text: judge.basis, since: now() };
    return this.#basis.since;
  }

  /** The strongest first. @param version PEP 440's normal form */
  async of(project: ProjectName, version: string): Promise<readonly Advisory[]> {
    const { judge, feed, suspected } = this.#parts;
    await this.#begun;
    const about = this.#subject(project, { version, filename: `${project} ${version}` });
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

  /** All that is known against releases of a project: those that the feed names, and those that are at hand. */
  async ofProject(project: ProjectName): Promise<readonly Advisory[]> {
    const { findings, suspected, feed, recentFiles } = this.#parts;
    const told = new Map<string, Advisory>();
    for (const { id } of feed().naming(project, undefined)) {
      const advisory = await this.find(id);
      if (advisory !== undefined) told.set(id, advisory);
    }
    const versions = new Map<string, string>();
    const add = (version: string | undefined) =>
      version === undefined || versions.set(releaseKey(version), version);
    for (const { subject } of recentFiles(project) ?? []) add(subject.version);
    if (suspected.has(project))
      for (const { filename } of (await findings.known(project)).all())
        add(parseDistributionFilename(filename, project)?.version);
    const turns = new Turns();
    for (const version of versions.values()) {
      if (turns.spent) await turns.next();
      for (const advisory of await this.of(project, version)) told.set(advisory.id, advisory);
    }
    // A project that is denied as a whole is named even if none of its releases was ever seen.
    if (told.size === 0)
      for (const advisory of await this.of(project, ANY_VERSION)) told.set(advisory.id, advisory);
    return [...told.values()];
  }

  /** What an identifier stands for, now; undefined where nothing is said under it (any more). */
  async find(id: string): Promise<Advisory | undefined> {
    const release = parseAdvisoryId(id);
    if (release !== undefined) {
      const { project, version } = release;
      return (await this.of(project, version)).find((advisory) => advisory.id === id);
    }
    const record = this.#parts.feed().record(id);
    const affected = record?.affected[0];
    if (record === undefined || affected === undefined) return undefined;
    const { project, versions } = affected;
    // It is told of where the policy heeds the feed, for any of its releases.
    for (const version of versions.length > 0 ? versions : [undefined]) {
      const subject = this.#subject(project, { version, filename: project });
      const hits = standing(this.#parts.judge.accuse(subject).hits);
      const hit = hits.find(({ rule }) => rule === 'malware-feed');
      if (hit !== undefined) return { kind: 'feed', id, hit, record, project, version };
    }
    return undefined;
  }

  async #byContent(project: ProjectName, version: string): Promise<readonly Advisory[]> {
    const key = releaseKey(version);
    const listed = this.#parts.recentFiles(project);
    let strongest: Advisory | undefined;
    let hasWheel = false;
    for (const inspection of (await this.#parts.findings.known(project)).all()) {
      const name = parseDistributionFilename(inspection.filename, project);
      if (name?.version === undefined || releaseKey(name.version) !== key) continue;
      if (isReplaced(inspection, listed)) continue;
      const { filename, sha256 } = inspection;
      const about = { version, filename, sha256, kind: name.kind };
      const [hit] = standing(
        this.#parts.judge.evaluate(this.#subject(project, about), { inspection }).hits,
      );
      if (name.kind === 'wheel') {
        // One that may be installed is left.
        if (hit === undefined) return [];
        hasWheel = true;
      }
      if (hit === undefined || !isTold(hit.rule)) continue;
      const advisory = policyAdvisory(project, version, hit, { filename, sha256 });
      if (strongest === undefined || rank(advisory) < rank(strongest)) strongest = advisory;
    }
    // A release is not known by its sdist while there may be wheels that nobody has opened.
    if (strongest === undefined || (!hasWheel && hasUnseenWheel(listed, key))) return [];
    return [strongest];
  }

  /** Written out: hundreds are made at a time, and spreading parts into one takes ten times as long. */
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
    const { projectBegan, releaseBegan, namespaces } = NO_PAGE;
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
      namespaces,
    };
  }
}

/** What refuses by what is known for certain, of what is told or of what else is in a file; the strongest first. */
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
  version: string,
  hit: RuleHit,
  file: Pick<Subject, 'filename' | 'sha256'> | undefined,
): Advisory {
  const release: NamedRelease = { rule: hit.rule, project, version };
  return { kind: 'policy', id: advisoryId(release), hit, file, ...release };
}

function rank({ hit }: Advisory): number {
  return RULES.indexOf(hit.rule);
}

/** Whether the page lists other bytes under that name by now. */
function isReplaced(
  { filename, sha256 }: Inspection,
  listed: readonly ListedFile[] | undefined,
): boolean {
  const now = listed?.find(({ file }) => file.filename === filename)?.subject.sha256;
  return now !== undefined && now !== sha256;
}

/** Without its page nobody can say. */
function hasUnseenWheel(listed: readonly ListedFile[] | undefined, key: string): boolean {
  return (
    listed?.some(
      ({ subject }) => subject.kind === 'wheel' && releaseKey(subject.version) === key,
    ) ?? true
  );
}
