import type { LogSearch } from '../decisions/log-search.js';
import { badParameter } from '../domain/bad-parameter.js';
import type { DistributionKind } from '../domain/distribution-filename.js';
import { isoTime } from '../domain/instant.js';
import type { NearName } from '../domain/known-names.js';
import { readNamespaces } from '../domain/namespaces.js';
import type { ProjectName } from '../domain/project-name.js';
import type { ProjectStatus } from '../domain/project-page.js';
import { describeNear, type Naming } from '../policy/names/resemblance.js';
import { firstUpload } from '../project-pages/first-upload.js';
import type { JudgedPage } from '../project-pages/judged-page.js';
import { newestRelease } from '../project-pages/newest-release.js';
import type { ProjectPages } from '../project-pages/project-pages.js';
import type { FindingsStore } from '../store/findings-store.js';
import { type Explanation, explainVerdict, type Standing } from '../verdicts/explain-verdict.js';
import type { Judge } from '../verdicts/judge.js';
import { type AttestationState, attestationState } from './attestation-state.js';
import {
  type CountedDownloads,
  countDownloads,
  type FileDownloads,
  NO_DOWNLOADS,
} from './file-downloads.js';
import { newestFirst } from './newest-first.js';

/** The sources of a project report. */
export interface ProjectParts {
  readonly pages: Pick<ProjectPages, 'judged' | 'source' | 'staleness'>;
  readonly judge: Pick<Judge, 'revision' | 'attestationsOf' | 'resembles'>;
  readonly findings: Pick<FindingsStore, 'known'>;
  readonly logSearch: LogSearch;
}

/** Which files are asked for. */
export const SHOWS = ['all', 'refused', 'warned', 'waived', 'uninspected', 'changed'] as const;
/** `changed`: files that clients see differently than at the index. */
export type Show = (typeof SHOWS)[number];

/** The presentation of a file to package clients. */
export type ClientsSee =
  /** As the index has it. */
  | 'listed'
  /** Yanked by the index. */
  | 'yanked'
  /** Yanked by us, with the reason: it is refused. */
  | 'refused'
  /** Omitted, because it is refused and its rule has `index: hide`. */
  | 'hidden'
  /** Refused, but listed: no other file is left, and its download contains the reason. */
  | 'last-resort';

/** One file of a project. */
export interface ProjectFile
  extends Pick<
    Explanation,
    | 'standing'
    | 'verdict'
    | 'rule'
    | 'reason'
    | 'reference'
    | 'since'
    | 'until'
    | 'waiver'
    | 'probe'
    | 'dryRun'
    | 'inspected'
  > {
  readonly filename: string;
  readonly version: string | undefined;
  readonly kind: DistributionKind;
  readonly sha256: string | undefined;
  /** Size in bytes. */
  readonly size: number | undefined;
  /** ISO 8601. */
  readonly uploaded: string | undefined;
  /** PEP 592, as declared by the index. */
  readonly yanked: boolean | string;
  readonly clientsSee: ClientsSee;
  readonly attestation: AttestationState;
  /** Requests to this server, for the searched part of the decision log. */
  readonly downloads: FileDownloads;
}

/** A project under the current policy: the data of `/projects/{project}` and `/api/v1/projects/{project}`. */
export interface ProjectReport {
  readonly project: ProjectName;
  readonly policy: string;
  /** The reason for using an earlier copy of the page, as a sentence. Absent if the page is current. */
  readonly stale: string | undefined;
  readonly index: {
    readonly name: string;
    /** Whether the index is public: anyone can publish there. */
    readonly public: boolean;
    /** Whether the index claims the project. Other indexes are then never queried for it. */
    readonly claims: boolean;
    /** Whether the index's files are inspected. */
    readonly inspects: boolean;
  };
  /** PEP 792. Absent if the index has no status for the project, which means `active`. */
  readonly status: ProjectStatus | undefined;
  /** ISO 8601: first upload of any file. Absent if the index has no upload times. */
  readonly firstUpload: string | undefined;
  /**
   * At a public index: a well-known name that the project's name resembles, and an explanation that completes "its
   * name". Set for projects of any age.
   */
  readonly resembles: { readonly name: string; readonly how: string } | undefined;
  /** Files in their cooldown, and the end of the last cooldown. Absent if no file is in its cooldown. */
  readonly cooldown: { readonly files: number; readonly until: string } | undefined;
  /** The release that a client installs by default. */
  readonly newest: string | undefined;
  readonly files: number;
  readonly releases: number;
  /** Number of files per value of `show`. */
  readonly counts: Readonly<Record<Show, number>>;
  readonly clientsSee: Readonly<Record<ClientsSee, number>>;
  readonly show: Show;
  /** From 1. */
  readonly page: number;
  readonly pages: number;
  /** Newest release first. */
  readonly items: readonly ProjectFile[];
  readonly counted: Omit<CountedDownloads, 'byFile'>;
}

/** Files on one page. */
export const FILES_ON_PAGE = 100;

/**
 * Creates the report. The verdicts are those of the project page for package clients.
 * @param page from 1
 * @throws {Failure} not-found if no index has the project; upstream-broken, upstream-unreachable
 */
export async function projectReport(
  parts: ProjectParts,
  project: ProjectName,
  show: Show,
  page: number,
): Promise<ProjectReport> {
  const [judged, source, findings] = await Promise.all([
    parts.pages.judged(project),
    parts.pages.source(project),
    parts.findings.known(project),
  ]);
  const { files, status } = judged.page;
  const inspectionOf = (index: number) => {
    const { sha256, filename } = files[index]!;
    return sha256 && findings.get(sha256, filename);
  };
  const marks = files.map((_, index) => marksOf(judged, index, inspectionOf(index) !== undefined));
  const { order, releases } = newestFirst(judged.page);
  const wanted = order.filter((index) => isShown(show, marks[index]!));
  const pages = Math.max(1, Math.ceil(wanted.length / FILES_ON_PAGE));
  if (page > pages) throw badParameter('page', `at most ${pages}`);
  const here = wanted.slice((page - 1) * FILES_ON_PAGE, page * FILES_ON_PAGE);
  const { byFile, ...counted } = await countDownloads(
    parts.logSearch,
    project,
    new Set(here.map((index) => files[index]!.filename)),
  );
  const attested = here.some((index) => files[index]!.provenance !== undefined);
  const attestations = attested ? await parts.judge.attestationsOf(project) : undefined;
  return {
    project,
    policy: parts.judge.revision,
    stale: parts.pages.staleness(project),
    index: {
      name: source.name,
      public: source.isPublic,
      claims: source.claims(project),
      inspects: source.inspect,
    },
    status,
    firstUpload: isoTime(firstUpload(judged.page)),
    resembles: source.isPublic ? resemblance(parts.judge.resembles(namingOf(judged))) : undefined,
    cooldown: cooldownOf(judged),
    newest: newestChoice(judged),
    files: files.length,
    releases,
    counts: countsOf(marks),
    clientsSee: seenCounts(marks),
    show,
    page,
    pages,
    items: here.map((index): ProjectFile => {
      const file = files[index]!;
      const { filename, sha256, name, size, uploadTime, yanked } = file;
      const inspection = inspectionOf(index);
      const explained = explainVerdict(
        { subject: { filename, version: name.version }, inspection },
        judged.verdicts[index]!,
      );
      const { findings: _, hits: _h, ...verdict } = explained;
      return {
        ...verdict,
        kind: name.kind,
        sha256,
        size: size ?? inspection?.size,
        uploaded: isoTime(uploadTime),
        yanked,
        clientsSee: marks[index]!.clientsSee,
        attestation: attestationState(
          filename,
          sha256,
          file.provenance === undefined ? 'none' : 'offered',
          attestations,
        ),
        downloads: byFile.get(filename) ?? NO_DOWNLOADS,
      };
    }),
    counted,
  };
}

/** Whether a project counts as new by the policy: then its users do not make its name a known one. */
function namingOf({ page, verdicts }: JudgedPage): Naming {
  const isDated = firstUpload(page) !== undefined;
  return {
    project: page.project,
    isNew: isDated && verdicts.some(({ hits }) => hits.some(({ rule }) => rule === 'new-project')),
    namespaces: readNamespaces(page.extra.namespaces),
  };
}

function resemblance(near: NearName | undefined): ProjectReport['resembles'] {
  return near && { name: near.name, how: describeNear(near) };
}

/** The inputs of the filter, cheap for thousands of files. */
interface Marks {
  readonly verdict: 'allow' | 'warn' | 'block';
  readonly waived: boolean;
  readonly standing: Standing;
  readonly clientsSee: ClientsSee;
}

function marksOf(judged: JudgedPage, index: number, inspected: boolean): Marks {
  const { outcome, hits } = judged.verdicts[index]!;
  return {
    verdict: outcome,
    waived: hits.some(({ waiver }) => waiver !== undefined),
    standing: !inspected && outcome !== 'block' ? 'not inspected yet' : outcome,
    clientsSee: seenBy(judged, index),
  };
}

function seenBy(judged: JudgedPage, index: number): ClientsSee {
  const shown = judged.shown(index);
  if (shown === undefined) return 'hidden';
  if (judged.refusal(index) !== undefined)
    return shown.yanked === false ? 'last-resort' : 'refused';
  return shown.yanked === false ? 'listed' : 'yanked';
}

function isShown(show: Show, { verdict, waived, standing, clientsSee }: Marks): boolean {
  switch (show) {
    case 'all':
      return true;
    case 'refused':
      return verdict === 'block';
    case 'warned':
      return verdict === 'warn';
    case 'waived':
      return waived;
    case 'uninspected':
      return standing === 'not inspected yet';
    case 'changed':
      return clientsSee === 'refused' || clientsSee === 'hidden' || clientsSee === 'last-resort';
  }
}

function countsOf(marks: readonly Marks[]): Record<Show, number> {
  const count = (show: Show) => marks.filter((one) => isShown(show, one)).length;
  return Object.fromEntries(SHOWS.map((show) => [show, count(show)])) as Record<Show, number>;
}

function seenCounts(marks: readonly Marks[]): Record<ClientsSee, number> {
  const counts = { listed: 0, yanked: 0, refused: 0, hidden: 0, 'last-resort': 0 };
  for (const { clientsSee } of marks) counts[clientsSee] += 1;
  return counts;
}

function cooldownOf({ verdicts }: JudgedPage): ProjectReport['cooldown'] {
  const ends = verdicts.flatMap(({ hits }) =>
    hits.flatMap(({ rule, until, lifted }) =>
      rule === 'cooldown' && until !== undefined && !lifted ? [until] : [],
    ),
  );
  if (ends.length === 0) return undefined;
  const until = ends.reduce((a, b) => Math.max(a, b));
  return { files: ends.length, until: new Date(until).toISOString() };
}

function newestChoice({ page, verdicts }: JudgedPage): string | undefined {
  return newestRelease(
    page.files,
    (file, index) => file.yanked === false && verdicts[index]?.outcome !== 'block',
  )?.version;
}
