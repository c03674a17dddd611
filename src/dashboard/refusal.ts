import type {
  DecisionQueries,
  NamedDecision,
  RequestPage,
} from '../decisions/queries/decision-queries.js';
import { Failure } from '../domain/failure.js';
import { parseProjectName } from '../domain/project-name.js';
import { subjectOfRecord } from '../exposure/subject-of-record.js';
import { pageOf, unlessBusy } from './find-file.js';
import type { Reader } from './reader.js';
import { type SeenDecision, seenDecision, seenDecisions } from './seen-decisions.js';
import { type JudgedNow, judgedNow, type WhyParts, type WhySettings } from './why.js';

/** So many requests of the group are on a page. */
const MOST = 20;

/** The sources of a refusal report. */
export interface RefusalParts extends Pick<WhyParts, 'pages' | 'judge' | 'findings' | 'now'> {
  readonly decisionQueries: Pick<DecisionQueries, 'decision' | 'requests'>;
}

/** Requests for the same file that matched the same rule. */
export interface LikeRequests extends Omit<RequestPage, 'items'> {
  readonly items: readonly SeenDecision[];
  /** Whether the search was skipped because too many searches were running. */
  readonly busy: boolean;
}

/** One decision: the data of `/refusals/{id}`. */
export interface Refusal {
  readonly decision: SeenDecision;
  /** The current verdict on its file; undefined if its record names none. */
  readonly now: JudgedNow | undefined;
  /** Undefined without a match. */
  readonly like: LikeRequests | undefined;
}

/**
 * @param before cursor in the requests of the group
 * @throws {Failure} not-found if the log has no such decision that the reader may see, overloaded if too many searches
 * are running
 */
export async function refusalFor(
  parts: RefusalParts,
  settings: WhySettings,
  id: string,
  reader: Reader,
  before: string | undefined,
): Promise<Refusal> {
  const named = await parts.decisionQueries.decision(id);
  const seen = named && seenDecision(named, reader);
  if (seen === undefined) throw new Failure('not-found', 'No such decision in the log.');
  return {
    decision: seen,
    now: await nowOf(parts, settings, named!),
    like: await likeOf(parts, named!, reader, before),
  };
}

async function nowOf(
  parts: RefusalParts,
  settings: WhySettings,
  { decision }: NamedDecision,
): Promise<JudgedNow | undefined> {
  const filename = decision.filename.replace(/\.metadata$/, '');
  const recorded = subjectOfRecord({ ...decision, filename });
  if (recorded === undefined || filename === '') return undefined;
  const page = await pageOf(parts, recorded.project, filename);
  const listed = page.listed?.subject;
  // The bytes have been replaced since.
  const isOther = recorded.sha256 !== undefined && listed?.sha256 !== recorded.sha256;
  if (listed === undefined) return judgedNow(parts, settings, { ...page, subject: recorded });
  if (!isOther) return judgedNow(parts, settings, { ...page, subject: listed });
  const absence = 'The index now lists a different artifact under this name.';
  return judgedNow(parts, settings, { subject: recorded, listed: undefined, absence });
}

async function likeOf(
  { decisionQueries }: RefusalParts,
  { decision }: NamedDecision,
  reader: Reader,
  before: string | undefined,
): Promise<LikeRequests | undefined> {
  const project = parseProjectName(decision.project);
  if (decision.rule === undefined || project === undefined) return undefined;
  const { filename, version, rule } = decision;
  const user = reader.seesIdentities ? undefined : reader.user;
  const filter = { project, filename, version, rule, user, refused: true };
  const page = await unlessBusy(decisionQueries.requests(filter, before, MOST));
  if (page instanceof Failure) return { items: [], next: undefined, gaps: [], busy: true };
  return { ...page, items: seenDecisions(page.items, reader), busy: false };
}

/** Response body of `/api/v1/refusals/{id}`: the decision record and related facts. */
export interface RefusalAnswer extends SeenDecision {
  readonly now: Omit<JudgedNow, 'said'> | undefined;
  readonly like: LikeRequests | undefined;
}

export function refusalAnswer({ decision, now, like }: Refusal): RefusalAnswer {
  if (now === undefined) return { ...decision, now, like };
  const { said: _, ...said } = now;
  return { ...decision, now: said, like };
}
