import type { DecisionQueries, FileHistory } from '../decisions/queries/decision-queries.js';
import { parseDistributionFilename } from '../domain/distribution-filename.js';
import { Failure } from '../domain/failure.js';
import { NO_PAGE } from '../domain/page-facts.js';
import type { ProjectName } from '../domain/project-name.js';
import type { Subject } from '../domain/subject.js';
import { subjectOfRecord } from '../exposure/subject-of-record.js';
import type { ListedFile, ProjectPages } from '../project-pages/project-pages.js';
import type { FindingsStore } from '../store/findings-store.js';
import { type Reader, whoseRequests } from './reader.js';

/** A file as an index lists it, or as something was written down of it. */
export interface Found {
  readonly subject: Subject;
  /** Undefined if no index lists it, or no index is available. */
  readonly listed: ListedFile | undefined;
  /** Why it is not listed, as a sentence. */
  readonly absence: string | undefined;
  /** Undefined if too many searches are running. */
  readonly history: FileHistory | undefined;
}

interface Sources {
  readonly pages: Pick<ProjectPages, 'find'>;
  readonly findings: Pick<FindingsStore, 'known'>;
  readonly decisions: Pick<DecisionQueries, 'history'>;
}

/**
 * Finds a file in all sources.
 * @param until milliseconds since 1970: the history before it
 * @throws {Failure} not-found if no source has it, overloaded if only the log may have it, and too many searches are
 * running
 */
export async function findFile(
  sources: Sources,
  project: ProjectName,
  filename: string,
  reader: Reader,
  until?: number,
): Promise<Found> {
  const page = await pageOf(sources, project, filename);
  const sha256 = page.listed?.subject.sha256;
  const whose = whoseRequests(reader);
  const history = await unlessBusy(
    sources.decisions.history({ project, filename, sha256, whose, until }),
  );
  const past = history instanceof Failure ? undefined : history;
  if (page.listed !== undefined) return { ...page, subject: page.listed.subject, history: past };
  const subject =
    (past?.newest && subjectOfRecord(past.newest)) ?? (await inspected(sources, project, filename));
  if (subject !== undefined) return { ...page, subject, history: past };
  if (history instanceof Failure) throw history;
  throw new Failure('not-found', `${page.absence} No other data is available for ${filename}.`);
}

/** The result of a log search, or undefined if too many are running. */
export async function unlessBusy<T>(answer: Promise<T>): Promise<T | Failure> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Failure && error.kind === 'overloaded') return error;
    throw error;
  }
}

/** A file as an index lists it now, or why it does not. */
export async function pageOf(
  { pages }: Pick<Sources, 'pages'>,
  project: ProjectName,
  filename: string,
): Promise<Pick<Found, 'listed' | 'absence'>> {
  try {
    return { listed: await pages.find(project, filename), absence: undefined };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { listed: undefined, absence: error.message };
  }
}

/** From its inspection, if the log no longer has a decision. */
async function inspected(
  { findings }: Sources,
  project: ProjectName,
  filename: string,
): Promise<Subject | undefined> {
  const inspection = (await findings.known(project)).named(filename).at(-1);
  const name = inspection && parseDistributionFilename(filename, project);
  if (name === undefined) return undefined;
  return {
    ...NO_PAGE,
    upstream: '',
    project,
    version: name.version,
    filename,
    kind: name.kind,
    sha256: inspection!.sha256,
    size: inspection!.size,
  };
}
